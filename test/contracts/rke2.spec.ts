import { ContainerRuntime } from "../../components";
import { describeNodeFiles } from "./rancherNodes";
import { rke2 } from "./rke2";

describeNodeFiles("RKE2", ContainerRuntime.Rke2, rke2);
