import * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changes } from "./changes";
import { differenceOf, type Failure, type ResourceType, unavailable } from "./resourceType";
import { serveOnLoopback, unary, unimplemented } from "./server";
import { type Properties, UNKNOWN } from "./values";
import { fromStruct, toDiffResponse, toOutputs, toStruct } from "./wire";

export interface Provider {
    /** As its npm package is called after `@pulumi/`. */
    name: string;
    version: string;
    /** The types by token, e.g. `random:index/randomPassword:RandomPassword`. */
    types: Record<string, ResourceType>;
}

/** `urn:pulumi:dev::project::parent$type::name`: the type without its parents, and the name. */
function typeAndName(urn: string): { type: string; name: string } {
    const [, , types, ...name] = urn.split("::");
    return { type: types.split("$").pop() ?? types, name: name.join("::") };
}

function checkResponse(inputs: Properties, failures: Failure[]) {
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

const unknownOutputs = (keys: string[] = []) => Object.fromEntries(keys.map((key) => [key, UNKNOWN]));

/** What the provider answers about one resource. The engine removes secret marks and, for outputs of the same name, sets them again. */
export function resourceMethods({ name: providerName, types }: Provider) {
    const lookUp = (urn: string) => {
        const { type, name } = typeAndName(urn);
        const resource = types[type];
        if (!resource) throw new Error(`${type} is not available in the stand-in for the ${providerName} provider`);
        return { name, urn, resource };
    };

    async function check(request: messages.CheckRequest) {
        const { resource } = lookUp(request.getUrn());
        const news = fromStruct(request.getNews());
        return checkResponse(news, [...unavailable(resource.inputs, news), ...(resource.check?.(news) ?? [])]);
    }

    async function diff(request: messages.DiffRequest) {
        const { resource } = lookUp(request.getUrn());
        const olds = fromStruct(request.getOldInputs());
        const asked = { olds, news: fromStruct(request.getNews()), state: fromStruct(request.getOlds()) };
        return toDiffResponse(resource.diff ? resource.diff(asked) : differenceOf(resource, asked));
    }

    async function create(request: messages.CreateRequest) {
        const { name, urn, resource } = lookUp(request.getUrn());
        const news = fromStruct(request.getProperties());
        const response = new messages.CreateResponse();
        if (request.getPreview()) {
            const planned = { ...unknownOutputs(resource.computed), ...resource.defaults, ...news };
            response.setProperties(toOutputs(planned, resource.secretOutputs));
            return response;
        }
        const { id, state } = await resource.create({ name, urn, news });
        response.setId(id);
        response.setProperties(toOutputs({ ...resource.defaults, ...news, ...state }, resource.secretOutputs));
        return response;
    }

    async function read(request: messages.ReadRequest) {
        const { resource } = lookUp(request.getUrn());
        const state = fromStruct(request.getProperties());
        if (Object.keys(state).length === 0) {
            throw new Error(`the stand-in for the ${providerName} provider cannot look up resources by their id`);
        }
        const response = new messages.ReadResponse();
        response.setId(request.getId());
        response.setInputs(request.getInputs());
        response.setProperties(toOutputs(resource.read?.(state) ?? state, resource.secretOutputs));
        return response;
    }

    async function update(request: messages.UpdateRequest) {
        const { urn, resource } = lookUp(request.getUrn());
        const state = fromStruct(request.getOlds());
        const news = fromStruct(request.getNews());
        const changed = request.getPreview()
            ? unknownOutputs(resource.changedByUpdate)
            : await resource.update?.({ urn, news, state });
        const response = new messages.UpdateResponse();
        const outputs = Object.entries(state).filter(([key]) => !resource.inputs.includes(key));
        const updated = { ...Object.fromEntries(outputs), ...resource.defaults, ...news, ...changed };
        response.setProperties(toOutputs(updated, resource.secretOutputs));
        return response;
    }

    async function remove(request: messages.DeleteRequest) {
        const { urn, resource } = lookUp(request.getUrn());
        await resource.delete?.({ urn, state: fromStruct(request.getProperties()) });
        return new Empty();
    }

    return { check, diff, create, read, update, delete: remove };
}

/** What the provider answers about itself. */
function ownMethods({ version }: Provider) {
    return {
        handshake: unary(() => new messages.ProviderHandshakeResponse()),
        attach: unary(() => new Empty()),
        cancel: unary(() => new Empty()),
        getPluginInfo: unary(() => {
            const info = new plugins.PluginInfo();
            info.setVersion(version);
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
        diffConfig: unary((request: messages.DiffRequest) => {
            const found = changes(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
            return toDiffResponse({ changes: found, replaces: [] });
        }),
        configure: unary(() => {
            const response = new messages.ConfigureResponse();
            response.setAcceptsecrets(false);
            response.setSupportspreview(true);
            return response;
        }),
        getMappings: unary(() => new messages.GetMappingsResponse()),
    };
}

/** Serves a provider until the engine ends. */
export function serve(provider: Provider): void {
    const { check, diff, create, read, update, delete: remove } = resourceMethods(provider);
    serveOnLoopback(services.ResourceProviderService, {
        ...ownMethods(provider),
        check: unary(check),
        diff: unary(diff),
        create: unary(create),
        read: unary(read),
        update: unary(update),
        delete: unary(remove),
        parameterize: unimplemented,
        invoke: unimplemented,
        call: unimplemented,
        construct: unimplemented,
        getMapping: unimplemented,
        list: unimplemented,
    });
}
