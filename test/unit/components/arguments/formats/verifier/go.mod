module verifier

go 1.26
