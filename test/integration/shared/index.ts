import { PrivateRegistry } from "../../../components";

const shared = { namespace: "tools", createNamespace: false, storage: { memory: {} } };
const imageDockerConfigJson = '{"auths":{"mirror.example.com":{"auth":"YTpi"}}}';

const images = new PrivateRegistry("images", { ...shared, nodeNamespace: "images-node", imageDockerConfigJson });
const charts = new PrivateRegistry("charts", { ...shared, nodeNamespace: "charts-node", imageDockerConfigJson });

export const hosts = [images.host, charts.host];
