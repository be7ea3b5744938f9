using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Binding and eviction of pods, and the ways into them.</summary>
internal sealed class PodSubresources(ResourceRegistry registry, KindCatalog catalog)
{
    private readonly PodEvictor _evictor = new(registry.As(new("kube-apiserver")), catalog);

    public async Task<ApiResponse> AnswerAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (request.Method != "POST") throw ApiErrors.MethodNotAllowed();
        JsonObject body = await RequestBody.ReadObjectAsync(request, path.Subresource == "binding" ? "Binding" : "Eviction", cancellationToken);
        if (path.Subresource == "binding")
        {
            registry.Bind(path.ObjectNamespace, path.Name, body.Object("target").Text("name") ?? "", body.Object("metadata").Text("uid"));
        }
        else
        {
            DeletionRequest deletion = body.Object("deleteOptions") is { } options ? DeletionReader.Read(options) : DeletionRequest.Default;
            bool isDryRun = deletion.IsDryRun || DryRun.IsAsked(request.Query.All("dryRun"), "CreateOptions");
            CheckVersion(body);
            if (body.Object("metadata").Text("name") != path.Name) throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
            _evictor.Evict(path.ObjectNamespace, path.Name, deletion with { IsDryRun = isDryRun });
        }

        return ApiResponse.Json(new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, 201);
    }

    /// <summary>What whoever wants into a container is told: 404, or that nothing runs in it.</summary>
    public ApiException Unreachable(ResourcePath path) => registry.Store.Get(BuiltInKinds.Pods, path.ObjectNamespace, path.Name) is null
        ? ApiErrors.NotFound(BuiltInKinds.Pods, path.Name)
        : new(501, "NotImplemented", $"the containers of this cluster are simulated, nothing runs in them: pods/{path.Subresource} is not served");

    // v1 came with 1.22, beside v1beta1, which servers still take.
    private void CheckVersion(JsonObject eviction)
    {
        string stated = eviction.Text("apiVersion") ?? "policy/v1beta1";
        if (stated == "policy/v1beta1" || (stated == "policy/v1" && catalog.Minor >= DiscoveryHandler.EvictionV1From)) return;
        string version = stated[(stated.IndexOf('/', StringComparison.Ordinal) + 1)..];
        throw ApiErrors.BadRequest(
            $"Eviction in version \"{version}\" cannot be handled as a Eviction: no kind \"Eviction\" is registered for version \"{stated}\" in scheme \"sandbox\"");
    }
}
