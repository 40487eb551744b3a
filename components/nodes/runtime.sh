# shellcheck shell=sh
# Appended to nodeFiles.sh and before daemonSet.sh: finds out which container runtime runs this pod and which directories it reads, from
# what every container sees of its mounts and, for containerd, from its configuration.
#
# CONTAINERD: containerd's configuration directory, as mounted here. It does not exist if the agent has no files for containerd.
# FILES/files/directories: the roots that the user named, one a line.
mounts=/proc/self/mountinfo

# Prints the directory in which the runtime keeps this container: overlayfs has the absolute path in its options; with other
# snapshotters it is the directory of the pod's resolv.conf, as far as its file system shows it.
location() {
    awk '
        $5 == "/" && match($0, /upperdir=[^, ]*/) { print substr($0, RSTART + 9, RLENGTH - 9) }
        $5 == "/etc/resolv.conf" { print $4 }
    ' "$mounts"
}

# Prints the runtime's name and, for containerd, its root directory.
runtime() {
    all=$(location)
    case "$all" in
        */docker/containers/*) echo docker ;;
        */io.containerd.*) echo "containerd $(echo "$all" | sed -n 's|/io\.containerd\..*||p' | head -n 1)" ;;
        */containers/storage/*) echo cri-o ;;
        *) echo unknown ;;
    esac
}

# Prints containerd's configuration files, the decisive ones last: config.toml and then what it imports. kOps has another file next to
# it, which counts if config.toml says nothing. Files outside the directory are not seen.
configurations() {
    for file in "$CONTAINERD"/*.toml; do
        if [ -f "$file" ] && [ "$file" != "$CONTAINERD/config.toml" ]; then echo "$file"; fi
    done
    [ -f "$CONTAINERD/config.toml" ] || return 0
    echo "$CONTAINERD/config.toml"
    grep -v '^[[:space:]]*#' "$CONTAINERD/config.toml" | tr '\n' ' ' | sed -n 's/.*imports *= *\[\([^]]*\)\].*/\1/p' | tr -d "\"'" | tr , '\n' |
        while read -r pattern || [ -n "$pattern" ]; do
            case "$pattern" in
                /etc/containerd/*) pattern=${pattern#/etc/containerd/} ;;
                /* | "") continue ;;
            esac
            for file in "$CONTAINERD"/$pattern; do if [ -f "$file" ]; then echo "$file"; fi; done
        done
}

# Prints containerd's root directory and the last config_path of its image plugin. The names of the plugin's table in versions 1, 2 and
# 3 of the file: plugins.cri, plugins."io.containerd.grpc.v1.cri" and plugins."io.containerd.cri.v1.images". A list of directories in a
# file of version 3 counts only with local pulls: the transfer service of containerd 2.1 and newer takes it for one directory
# (https://github.com/containerd/containerd/issues/12808).
config_path() {
    configurations | while read -r file; do cat "$file"; echo; done | awk '
        function bare(text) { sub(/[ \t]#.*/, "", text); gsub(/[][" \t'"'"']/, "", text); return text }
        /^[ \t]*#/ { next }
        /^[ \t]*\[/ { table = bare($0) "."; next }
        {
            equals = index($0, "=")
            if (equals == 0) next
            key = table bare(substr($0, 1, equals - 1))
            value = bare(substr($0, equals + 1))
            if (key == "root") root = value
            if (key == "version") version = value
            if (key ~ /\.(discard_unpacked_layers|use_local_image_pull)$/) isLocal = (value == "true")
            if (key ~ /^plugins\.(cri|io\.containerd\.(grpc\.v1\.cri|cri\.v1\.images))\.registry\.config_path$/) path = value
        }
        END { print (root == "" ? "/var/lib/containerd" : root), (path ~ /:/ && version >= 3 && !isLocal ? "list" : path) }
    '
}

# The agent's directories that the runtime reads, one a line.
common() {
    for root in $(roots); do
        case "
$reads
" in *"
${root#/node}
"*) echo "${root#/node}" ;; esac
    done
}

# root directory of the running containerd
inspect_containerd() {
    name=containerd
    if [ ! -d "$CONTAINERD" ]; then
        argument=containerd
        return 0
    fi
    # shellcheck disable=SC2046 # two words
    set -- "$1" $(config_path)
    reads=$(echo "${3:-}" | tr : '\n')
    because="as its config.toml says"
    case "$reads" in
        list)
            reads=''
            because="whose config.toml has a list of directories as config_path, which containerd 2.1 and newer do not read"
            ;;
        '') because="whose config.toml sets no config_path" ;;
        */etc/containerd/certs.d*) argument=containerd ;;
    esac
    advice="name the directory that it reads in nodes.directories"
    # The file may be another containerd's.
    if [ -n "$1" ] && [ "$1" != "$2" ] && [ -z "$(common)" ]; then
        reads='' argument='' because="whose configuration is not in /etc/containerd"
    elif [ -z "$reads" ]; then
        advice='set config_path = "/etc/containerd/certs.d" there and restart containerd, or '$advice
    else
        advice=''
    fi
}

# Sets `name`, the runtime's name; `reads`, the directories that it reads, one a line, or nothing if that cannot be known; `because`, the
# reason; `argument`, its name in nodes.runtimes; `advice`, if that is other than to name the directory; and `later`, what else it reads.
inspect() {
    reads='' because='' argument='' advice='' later=''
    # shellcheck disable=SC2046 # two words
    set -- $(runtime)
    case "$*" in
        docker) name=Docker reads=/etc/docker/certs.d argument=docker ;;
        cri-o)
            name=CRI-O argument=cri-o
            # It reads this directory when it starts and on SIGHUP: crio.conf(5).
            if roots | grep -qx /node/etc/containers/registries.conf.d; then
                later=" and, when it is reloaded (systemctl reload crio), /etc/containers/registries.conf.d"
            fi
            reads="/etc/containers/certs.d
/etc/docker/certs.d"
            ;;
        "containerd "*/microk8s/*) name=MicroK8s reads=/var/snap/microk8s/current/args/certs.d ;;
        "containerd "*/k0s/*)
            name=k0s because="whose containerd reads the config_path of its files in /etc/k0s/containerd.d"
            advice="name that directory in nodes.directories"
            ;;
        "containerd "*/agent/containerd)
            name=k3s reads=${2%/containerd}/etc/containerd/certs.d
            case "$2" in */rke2/*) name=RKE2 ;; esac
            case "$2" in
                /var/lib/rancher/k3s/*) argument=k3s ;;
                /var/lib/rancher/rke2/*) argument=rke2 ;;
            esac
            ;;
        containerd*) inspect_containerd "${2:-}" ;;
        *) name='a container runtime that the agent does not know' ;;
    esac
}

# Prints what was found. Fails if the runtime reads none of the agent's directories.
verdict() {
    inspect
    found=$(common | head -n 1)
    if [ -n "$found" ]; then
        echo "this node runs $name, which reads $found$later"
        return 0
    fi
    if [ -z "$reads" ] && [ -s "$FILES/files/directories" ]; then
        echo "this node runs $name${because:+, $because}; nodes.directories says that it reads $(head -n 1 "$FILES/files/directories")"
        return 0
    fi
    case "$name" in a\ *) echo "this node runs $name"; return 0 ;; esac
    reads=$(echo "$reads" | head -n 1)
    if [ -n "$argument" ]; then advice="add $argument to nodes.runtimes"; fi
    echo "this node runs $name${reads:+, which reads $reads}${because:+, $because}, so nothing reads $(
        roots | sed 's|^/node||' | tr '\n' ' ' | sed 's/ $//; s/ / or /g'
    ); ${advice:-add that directory to nodes.directories}"
    return 1
}

# host, in quotes: whether a file of CRI-O on the standard input configures it, other than as the mirror of another host.
configures() {
    awk -v host="$1" '
        /^[ \t]*\[/ { isRegistry = /^[ \t]*\[\[registry\]\]/ }
        isRegistry && /^[ \t]*(prefix|location)[ \t]*=/ && index($0, host) { found = 1 }
        END { exit !found }
    '
}

# Prints a line for each file or directory that counts instead of one of the agent's: containerd, and Docker with containerd's image
# store, look a host with a port up as host_port_ first, and CRI-O takes the last file of its directory that has the host.
shadows() {
    while read -r root path content _; do
        case "$root $path" in
            *:*/hosts.toml | */docker/certs.d\ *:*/ca.crt)
                host=${path%/*}
                other="$root/${host%:*}_${host##*:}_"
                if [ -e "$other" ]; then echo "${other#/node} comes before ${root#/node}/$host; remove it"; fi
                ;;
            *.conf)
                host=$(sed -n '2s/.* //p' "$FILES/$content")
                is_later=no
                for other in "$root"/*.conf; do
                    if [ "$other" = "$root/$path" ]; then
                        is_later=yes
                    elif [ "$is_later" = yes ] && configures "$host" <"$other"; then
                        echo "${other#/node} comes before ${root#/node}/$path; remove $host from it"
                    fi
                done
                ;;
        esac
    done <"$FILES/files/list"
}
