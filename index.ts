import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry } from "./components";
import { outputsOf } from "./components/kubernetes/outputs";
import { registryArgs } from "./settings";

const registry = new PrivateRegistry("registry", registryArgs(new pulumi.Config()));

// Every output of the component is an output of the stack.
export = outputsOf(registry);
