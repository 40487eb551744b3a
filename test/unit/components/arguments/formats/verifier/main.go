// Connects a TLS client to a TLS server in the same process, for each certificate in the input, and prints what Go says about it.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"os"
	"time"
)

type input struct {
	Certificate, Key, Roots, Host string
}

// The error of the client, or of the server if it cannot read the certificate; empty if the client accepts it.
func judge(in input) string {
	pair, err := tls.X509KeyPair([]byte(in.Certificate), []byte(in.Key))
	if err != nil {
		return err.Error()
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(in.Roots)) {
		return "no roots"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	server := make(chan struct{})
	go func() {
		defer close(server)
		far, err := listener.Accept()
		if err != nil {
			return
		}
		defer far.Close()
		far.SetDeadline(time.Now().Add(10 * time.Second))
		tls.Server(far, &tls.Config{Certificates: []tls.Certificate{pair}}).Handshake()
	}()
	near, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	near.SetDeadline(time.Now().Add(10 * time.Second))
	err = tls.Client(near, &tls.Config{RootCAs: roots, ServerName: in.Host}).Handshake()
	near.Close()
	<-server
	if err != nil {
		return err.Error()
	}
	return ""
}

func main() {
	var inputs []input
	if err := json.NewDecoder(os.Stdin).Decode(&inputs); err != nil {
		panic(err)
	}
	results := []string{}
	for _, in := range inputs {
		results = append(results, judge(in))
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
