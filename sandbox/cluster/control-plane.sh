# shellcheck shell=bash
# The control plane, sourced by node.sh on the first node.
etc=/etc/kubernetes

# Nothing of value is lost when the machine's power fails, so etcd need not wait for the disk.
keep etcd --data-dir=/var/lib/etcd --unsafe-no-fsync \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 \
    --initial-cluster=default=http://127.0.0.1:2380

# Kubelets are dialled by address: their names mean nothing to the API server.
keep kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address="$NODE_ADDRESS" --secure-port=6443 \
    --service-cluster-ip-range="$SERVICE_NETWORK" --allow-privileged=true --profiling=false \
    --client-ca-file=$etc/ca.crt --tls-cert-file=$etc/kube-apiserver.crt --tls-private-key-file=$etc/kube-apiserver.key \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=$etc/service-accounts.key \
    --service-account-signing-key-file=$etc/service-accounts.key \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --kubelet-certificate-authority=$etc/ca.crt --kubelet-client-certificate=$etc/kubelet-client.crt \
    --kubelet-client-key=$etc/kubelet-client.key --kubelet-preferred-address-types=InternalIP

# Its default of 20 requests a second would alone take four seconds until all of its controllers run.
keep kube-controller-manager --kube-api-qps=200 --kube-api-burst=400 \
    --kubeconfig=$etc/kube-controller-manager.kubeconfig --bind-address=127.0.0.1 \
    --leader-elect=false --use-service-account-credentials --profiling=false \
    --service-account-private-key-file=$etc/service-accounts.key --root-ca-file=$etc/ca.crt \
    --cluster-signing-cert-file=$etc/ca.crt --cluster-signing-key-file=$etc/ca.key \
    --cluster-cidr="$POD_NETWORK" --allocate-node-cidrs=false --service-cluster-ip-range="$SERVICE_NETWORK"

keep kube-scheduler --kubeconfig=$etc/kube-scheduler.kubeconfig --bind-address=127.0.0.1 --leader-elect=false --profiling=false
