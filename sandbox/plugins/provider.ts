import * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { cancel } from "./cancellation";
import { changes } from "./changes";
import { type Difference, type ResourceType, replaceUnless } from "./resourceType";
import { serveOnLoopback, unary, unimplemented } from "./server";
import { type Properties, UNKNOWN, withoutSecretMarks } from "./values";
import { fromStruct, toDiffResponse, toGrpcError, toOutputs, toStruct } from "./wire";

export interface Provider {
    version: string;
    /** The type of a token such as `random:index/randomPassword:RandomPassword`; throws where the stand-in has none. */
    find(token: string): ResourceType;
    /** Takes the provider's own inputs: `new kubernetes.Provider("p", { kubeconfig })`. */
    configure?(inputs: Properties): void;
    /** What a change of the provider's own inputs means for its resources. Without it: nothing. */
    diffConfig?(olds: Properties, news: Properties): Difference | Promise<Difference>;
}

const withoutMarks = (properties: Properties) => withoutSecretMarks(properties) as Properties;

/** Looks up types in a table by token. */
export function inTable(provider: string, table: Record<string, ResourceType>): (token: string) => ResourceType {
    return (token) => {
        const type = table[token];
        if (!type) throw new Error(`${token} is not available in the stand-in for the ${provider} provider`);
        return type;
    };
}

/** `urn:pulumi:dev::project::parent$type::name`: the type without its parents, and the name. */
function typeAndName(urn: string): { type: string; name: string } {
    const [, , types, ...name] = urn.split("::");
    return { type: types.split("$").pop() ?? types, name: name.join("::") };
}

function checkResponse(inputs: Properties, failures: { property: string; reason: string }[] = []) {
    const response = new messages.CheckResponse();
    response.setInputs(toStruct(inputs));
    for (const { property, reason } of failures) {
        const failure = new messages.CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        response.addFailures(failure);
    }
    return response;
}

/** Serves a provider. The engine takes secrets off and, for properties of the same name, puts them on again. */
export function serve(provider: Provider): void {
    const lookUp = (urn: string) => ({ ...typeAndName(urn), resource: provider.find(typeAndName(urn).type) });
    const method = <Request, Response>(answer: (request: Request) => Response | Promise<Response>) =>
        unary(answer, toGrpcError);

    const check = method(async (request: messages.CheckRequest) => {
        const { name, type, resource } = lookUp(request.getUrn());
        const olds = fromStruct(request.getOlds());
        const news = fromStruct(request.getNews());
        const seed = request.getRandomseed_asU8();
        const checked = (await resource.check?.({ name, type, olds, news, seed })) ?? { inputs: news };
        return checkResponse(checked.inputs, checked.failures);
    });

    const diff = method((request: messages.DiffRequest) => {
        const { name, type, resource } = lookUp(request.getUrn());
        const olds = fromStruct(request.getOldInputs());
        const news = fromStruct(request.getNews());
        const asked = { name, type, olds, news, state: fromStruct(request.getOlds()) };
        return toDiffResponse(resource.diff ? resource.diff(asked) : replaceUnless(asked));
    });

    const create = method(async (request: messages.CreateRequest) => {
        const { name, type, resource } = lookUp(request.getUrn());
        const news = fromStruct(request.getProperties());
        const preview = request.getPreview();
        const response = new messages.CreateResponse();
        if (preview && resource.computed) {
            const unknown = Object.fromEntries(resource.computed.map((key) => [key, UNKNOWN]));
            response.setProperties(toOutputs({ ...unknown, ...news }, resource.secretOutputs));
            return response;
        }
        const made = await resource.create({ name, type, news, preview, timeoutSeconds: request.getTimeout() });
        response.setId(preview ? "" : made.id);
        response.setProperties(toOutputs(made.state, resource.secretOutputs));
        return response;
    });

    const read = method(async (request: messages.ReadRequest) => {
        const { name, type, resource } = lookUp(request.getUrn());
        const known = {
            id: request.getId(),
            inputs: fromStruct(request.getInputs()),
            state: fromStruct(request.getProperties()),
        };
        const response = new messages.ReadResponse();
        const found = resource.read ? await resource.read({ name, type, ...known }) : known;
        if (!found) return response;
        response.setId(found.id);
        response.setInputs(toStruct(found.inputs));
        response.setProperties(toOutputs(found.state, resource.secretOutputs));
        return response;
    });

    const update = method(async (request: messages.UpdateRequest) => {
        const { name, type, resource } = lookUp(request.getUrn());
        const state = fromStruct(request.getOlds());
        const news = fromStruct(request.getNews());
        const updated = resource.update
            ? await resource.update({
                  name,
                  type,
                  news,
                  state,
                  id: request.getId(),
                  olds: fromStruct(request.getOldInputs()),
                  preview: request.getPreview(),
                  timeoutSeconds: request.getTimeout(),
              })
            : { ...state, ...news };
        const response = new messages.UpdateResponse();
        response.setProperties(toOutputs(updated, resource.secretOutputs));
        return response;
    });

    const remove = method(async (request: messages.DeleteRequest) => {
        const { name, type, resource } = lookUp(request.getUrn());
        await resource.delete?.({
            name,
            type,
            id: request.getId(),
            inputs: fromStruct(request.getOldInputs()),
            state: fromStruct(request.getProperties()),
            timeoutSeconds: request.getTimeout(),
        });
        return new Empty();
    });

    serveOnLoopback(services.ResourceProviderService, {
        ...ownMethods(provider),
        check,
        diff,
        create,
        read,
        update,
        delete: remove,
        parameterize: unimplemented,
        invoke: unimplemented,
        call: unimplemented,
        construct: unimplemented,
        getMapping: unimplemented,
        getMappings: unary(() => new messages.GetMappingsResponse()),
        list: unimplemented,
    });
}

/** The methods about the provider itself rather than about one resource. */
function ownMethods(provider: Provider) {
    return {
        handshake: unary(() => new messages.ProviderHandshakeResponse()),
        attach: unary(() => new Empty()),
        cancel: unary(() => {
            cancel();
            return new Empty();
        }),
        getPluginInfo: unary(() => {
            const info = new plugins.PluginInfo();
            info.setVersion(provider.version);
            return info;
        }),
        getSchema: unary(() => {
            const response = new messages.GetSchemaResponse();
            response.setSchema("{}");
            return response;
        }),
        checkConfig: unary((request: messages.CheckRequest) => {
            const response = new messages.CheckResponse();
            response.setInputs(request.getNews());
            return response;
        }),
        diffConfig: unary(async (request: messages.DiffRequest) => {
            const olds = withoutMarks(fromStruct(request.getOldInputs()));
            const news = withoutMarks(fromStruct(request.getNews()));
            const difference = (await provider.diffConfig?.(olds, news)) ?? {
                changes: changes(olds, news),
                replaces: [],
            };
            return toDiffResponse(difference);
        }, toGrpcError),
        configure: unary((request: messages.ConfigureRequest) => {
            provider.configure?.(withoutMarks(fromStruct(request.getArgs())));
            const response = new messages.ConfigureResponse();
            response.setAcceptsecrets(false);
            response.setSupportspreview(true);
            return response;
        }, toGrpcError),
    };
}
