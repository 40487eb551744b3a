# Decides which tags retention keeps. It only reads lists and prints decisions. If an input is wrong, it prints no decision and exits
# with 1. It runs on busybox awk and on mawk:
#
#   LC_ALL=C awk -v now=1764288000 -v trustTimesFrom= -f decide.awk list=rules rules list=inUse in-use list=children children list=tags tags
#
# Input: tab-separated lists, in any order. `children` may be omitted.
#   rules      number, regular expression of repositories, lastPushed, pushedWithin (seconds), regular expression of tags, protect (seconds),
#              the pattern of tags as it is shown in reasons. A keep that is not set is `-`. A rule with several patterns has several lines.
#   inUse      repository, digest or tag that is in use. Of several reports, all lines.
#   children   repository, digest of an index, digest of one of its manifests
#   tags       repository, tag, digest, time of the push (seconds), `ledger` or `link`
# Output: repository, tag, digest, `keep` or `delete`, reason. A line for each tag of a repository that a rule names, in the order of `tags`.
#
# A tag is kept if a keep of any rule that names its repository keeps it. These are always kept:
#   - tags that begin with `in-use.`, and repositories below private-registry/
#   - tags that are in use, by name or by digest, and the tags of indexes that contain a digest that is in use
#   - tags younger than `protect`, the longest one of the rules that name the repository
#   - the last pushed tag, and tags with link times less than an hour before it, because a copy of a registry has new link times
#   - tags of signatures, attestations, SBOMs and referrers (`sha256-<hex>`, also with .sig, .att, .sbom), but only as long as their subject is
#     the digest of a kept tag, in use, or contained in such an index. They do not count as pushed tags, and no other keep applies to them.
# Tags that were pushed at the same time are kept together: then `lastPushed` keeps more tags than its number.
#
# The links of a copied or restored registry have the times of the copy: later than the pushes, and in any order. A time from the ledger is
# true: the ledger existed when the tag was pushed. So all tags of a repository are kept if more of them than `lastPushed` have link times
# within one hour. `trustTimesFrom` is a time after the copy: tags with earlier link times count as pushed at that time, all together. Later
# link times are trusted, unless they look copied again.

BEGIN {
    FS = OFS = "\t"
    hour = 3600
    noun[""] = "referrers"
    noun[".sig"] = "signature"
    noun[".att"] = "attestation"
    noun[".sbom"] = "SBOM"
    if (now !~ /^[0-9]+$/) refuse("now must be a time in seconds, not \"" now "\"")
    if (trustTimesFrom !~ /^[0-9]*$/) refuse("trustTimesFrom must be a time in seconds or empty, not \"" trustTimesFrom "\"")
    for (i = 1; i < ARGC; i++) argument[ARGV[i]]
    split("rules inUse tags", required, " ")
    for (i = 1; i <= 3; i++) if (!(("list=" required[i]) in argument)) refuse("the list " required[i] " is missing")
}

list == "rules" { readRule(); next }
list == "inUse" { readUse(); next }
list == "children" { readChild(); next }
list == "tags" { readTag(); next }
{ refuse("write list=<name> before " FILENAME) }

END {
    if (refused) exit 1
    followUses()
    for (r = 1; r <= repositories; r++) judge(repositoryName[r])
    spareAttachments()
    for (i = 1; i <= tags; i++) {
        if (rulesOf[repository[i]] != "") print repository[i], tag[i], digest[i], kept[i] == "" ? "delete" : "keep", reason(i)
    }
}

function refuse(problem) {
    print "retention: " problem > "/dev/stderr"
    refused = 1
    exit 1
}

function check(isRight, problem) {
    if (!isRight) refuse(FILENAME ", line " FNR ": " problem)
}

function readRule() {
    check(NF == 7, "a rule has 7 columns, not " NF)
    check($2 != "" && $2 != "-", "a rule must name repositories")
    check($3 ~ /^(-|[1-9][0-9]*)$/, "lastPushed must be a number above 0 or -")
    check($4 ~ /^(-|[0-9]+)$/, "pushedWithin must be seconds or -")
    check($5 != "", "the pattern must not be empty")
    check($6 ~ /^[0-9]+$/, "protect must be seconds")
    check($3 $4 $5 != "---", "a rule must keep something")
    rules++
    number[rules] = $1
    names[rules] = $2
    lastPushed[rules] = $3
    pushedWithin[rules] = $4
    matching[rules] = $5
    protect[rules] = $6 + 0
    shown[rules] = $7
}

function isDigest(text) {
    return text ~ /^[a-z0-9]+:[0-9a-f]+$/
}

function readUse() {
    check(NF == 2 && $1 != "" && $2 != "", "a use is a repository and a digest or tag")
    if (isDigest($2)) {
        use($1, $2)
    } else {
        check($2 !~ /:/, "not a digest or tag: " $2)
        usedTag[$1, $2]
    }
}

function use(repo, used) {
    if ((repo, used) in usedDigest) return
    usedDigest[repo, used] = "in use"
    uses++
    useIn[uses] = repo
    useOf[uses] = used
}

# Each edge is in the list of its index's children and in the list of its child's indexes.
function readChild() {
    check(NF == 3 && $1 != "" && isDigest($2) && isDigest($3), "a child is a repository and two digests")
    edges++
    indexOf[edges] = $2
    childOf[edges] = $3
    nextChild[edges] = firstChild[$1, $2]
    firstChild[$1, $2] = edges
    nextIndex[edges] = firstIndex[$1, $3]
    firstIndex[$1, $3] = edges
}

function readTag() {
    check(NF == 5 && $1 != "" && $2 != "" && isDigest($3), "a tag is a repository, a name, a digest, a time and the time's source")
    check($4 ~ /^[0-9]+$/, "the time must be in seconds")
    check($5 == "ledger" || $5 == "link", "the time's source must be ledger or link")
    check(!(($1, $2) in seen), "repeats " $1 ":" $2)
    seen[$1, $2]
    tags++
    repository[tags] = $1
    tag[tags] = $2
    digest[tags] = $3
    time[tags] = $4 + 0
    if ($5 == "link") {
        if (time[tags] < trustTimesFrom + 0) time[tags] = trustTimesFrom + 0
        else isLinkTime[tags] = 1
    }
    if (index($1, "private-registry/") == 1 || index($2, "in-use.") == 1) isReserved[tags] = 1
    else readSubject(tags)
    if (!($1 in firstTag)) repositoryName[++repositories] = $1
    nextTag[tags] = firstTag[$1]
    firstTag[$1] = tags
}

# The subject of a signature is in the name of its tag.
function readSubject(i,   hash, ending) {
    if (index(tag[i], "sha256-") != 1) return
    hash = substr(tag[i], 8, 64)
    ending = substr(tag[i], 72)
    if (length(hash) != 64 || hash ~ /[^0-9a-f]/ || !(ending in noun)) return
    subject[i] = "sha256:" hash
    attachment[i] = noun[ending]
    nextAttached[i] = firstAttached[repository[i], subject[i]]
    firstAttached[repository[i], subject[i]] = i
}

# The digests of used tags are in use, and so are all indexes that contain a digest in use. `uses` grows in the loop.
function followUses(   i, u, edge) {
    for (i = 1; i <= tags; i++) if ((repository[i], tag[i]) in usedTag) use(repository[i], digest[i])
    for (u = 1; u <= uses; u++) {
        for (edge = firstIndex[useIn[u], useOf[u]]; edge; edge = nextIndex[edge]) useIndex(useIn[u], indexOf[edge])
    }
}

function useIndex(repo, used) {
    if ((repo, used) in usedDigest) return
    use(repo, used)
    usedDigest[repo, used] = "contains an image in use"
}

# Decides all tags of a repository but those of attachments, whose subject may be decided later.
function judge(repo,   i, j, n, rule, count, ours, cut, longest, doubt, newest) {
    longest = 0
    for (rule = 1; rule <= rules; rule++) {
        if (repo !~ names[rule]) continue
        ours[++count] = rule
        if (protect[rule] > longest) longest = protect[rule]
    }
    if (count == 0) return
    rulesOf[repo] = count
    n = sortTags(repo)
    newest = n > 0 ? time[sorted[1]] : 0
    for (j = 1; j <= count; j++) {
        if (lastPushed[ours[j]] == "-") continue
        cut[j] = n > 0 ? time[sorted[lastPushed[ours[j]] < n ? lastPushed[ours[j]] + 0 : n]] : 0
        if (doubt == "" && isCopied(n, lastPushed[ours[j]] + 0)) doubt = lastPushed[ours[j]]
    }
    for (i = firstTag[repo]; i; i = nextTag[i]) kept[i] = whyKept(i, n, count, ours, cut, longest, doubt, newest)
}

function whyKept(i, n, count, ours, cut, longest, doubt, newest,   j, rule, age) {
    age = now > time[i] ? now - time[i] : 0
    if (i in isReserved) return "reserved"
    if (doubt != "") return "more than " doubt " push times are within one hour, as after a restore; set retention.trustTimesFrom to a later time"
    if ((repository[i], digest[i]) in usedDigest) return usedDigest[repository[i], digest[i]]
    if (age < longest) return "younger than " duration(longest)
    if (i in subject) return ""
    for (j = 1; j <= count; j++) {
        rule = ours[j]
        if (lastPushed[rule] != "-" && time[i] >= cut[j]) return "among the " lastPushed[rule] " last pushed" by(rule)
        if (pushedWithin[rule] != "-" && age <= pushedWithin[rule] + 0) return "pushed within " duration(pushedWithin[rule]) by(rule)
        if (matching[rule] != "-" && tag[i] ~ matching[rule]) return "matches " shown[rule] by(rule)
    }
    if (n == 1) return "the only tag"
    if (newest - time[i] <= (i in isLinkTime ? hour : 0)) return "the last pushed tag"
    return ""
}

function by(rule) {
    return " (rule " number[rule] ")"
}

function duration(seconds) {
    if (seconds % 86400 == 0 && seconds > 86400) return seconds / 86400 "d"
    return seconds % hour == 0 ? seconds / hour "h" : seconds "s"
}

# Whether more than `most` of the sorted tags have link times within one hour.
function isCopied(n, most,   i, count, times) {
    for (i = 1; i <= n; i++) {
        if (!(sorted[i] in isLinkTime)) continue
        times[++count] = time[sorted[i]]
        if (count > most && times[count - most] - times[count] <= hour) return 1
    }
    return 0
}

# Writes the repository's tags that count as pushed to `sorted`, the last pushed first; returns how many they are. A merge sort.
function sortTags(repo,   n, i, width, from, left, right, middle, end, k, merged) {
    for (i = firstTag[repo]; i; i = nextTag[i]) if (!(i in isReserved) && !(i in subject)) sorted[++n] = i
    for (width = 1; width < n; width *= 2) {
        for (from = 1; from <= n; from += 2 * width) {
            left = from
            right = middle = from + width
            end = from + 2 * width
            if (end > n + 1) end = n + 1
            if (middle > end) right = middle = end
            for (k = from; k < end; k++) {
                if (right >= end || (left < middle && time[sorted[left]] >= time[sorted[right]])) merged[k] = sorted[left++]
                else merged[k] = sorted[right++]
            }
        }
        for (k = 1; k <= n; k++) sorted[k] = merged[k]
    }
    return n + 0
}

# Keeps the attachments of everything that is in use or has a kept tag, of what these indexes contain, and of kept attachments.
function spareAttachments(   i, u) {
    for (u = 1; u <= uses; u++) spare(useIn[u], useOf[u])
    for (i = 1; i <= tags; i++) if (kept[i] != "") spare(repository[i], digest[i])
}

function spare(repo, first,   todo, n, one, edge, i) {
    todo[n = 1] = first
    while (n > 0) {
        one = todo[n--]
        if ((repo, one) in spared) continue
        spared[repo, one]
        for (edge = firstChild[repo, one]; edge; edge = nextChild[edge]) todo[++n] = childOf[edge]
        for (i = firstAttached[repo, one]; i; i = nextAttached[i]) {
            if (kept[i] == "") kept[i] = attachment[i] " of " one
            todo[++n] = digest[i]
        }
    }
}

function reason(i) {
    if (kept[i] != "") return kept[i]
    return i in subject ? attachment[i] " of " subject[i] ", which is not kept" : "no rule keeps it"
}
