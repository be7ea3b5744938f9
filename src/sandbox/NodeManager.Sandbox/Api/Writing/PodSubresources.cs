using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Handlers;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Writing;

/// <summary>Binding and eviction of pods, and connections to them.</summary>
internal sealed class PodSubresources(ResourceRegistry registry, KindCatalog catalog)
{
    private readonly EvictionHandler _evictor = new(registry.As(new("kube-apiserver")), catalog);

    public async Task<ApiResponse> AnswerAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (request.Method != "POST")
            throw StatusErrors.MethodNotAllowed();
        string kind = path.Subresource == "binding" ? "Binding" : "Eviction";
        RequestBody.RequireReadable(request.ContentType);
        WriteOptions options = WriteOptions.Read(request, path, "CreateOptions", catalog.Minor);
        JsonObject body = await RequestBody.ReadObjectAsync(request, kind, cancellationToken);
        CheckKind(kind, body);
        JsonObject metadata = body.Ensure("metadata");
        if (metadata.Text("namespace") is { Length: > 0 } ns && ns != path.ObjectNamespace)
            throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        if (metadata.Text("name") != path.Name)
            throw StatusErrors.BadRequest($"name in URL does not match name in {kind} object");
        if (path.Subresource == "binding")
        {
            CheckTarget(path.Name, body.Object("target"));
            registry.Bind(
                path.ObjectNamespace,
                path.Name,
                body.Object("target").Text("name") ?? "",
                metadata.Text("uid"),
                options.IsDryRun
            );
        }
        else
        {
            DeletionRequest deletion = body.Object("deleteOptions") is { } wanted
                ? DeletionReader.Read(wanted, catalog.Minor)
                : DeletionRequest.Default;
            _evictor.Evict(path.ObjectNamespace, path.Name, deletion with { IsDryRun = deletion.IsDryRun || options.IsDryRun });
        }

        return ApiResponse.Json(
            new()
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["code"] = 201,
            },
            201
        );
    }

    /// <summary>The error for a connection: 404, or that no process runs.</summary>
    public ApiException Unreachable(ResourcePath path) =>
        registry.Store.Get(BuiltInKinds.Pods, path.ObjectNamespace, path.Name) is null
            ? StatusErrors.NotFound(BuiltInKinds.Pods, path.Name)
            : new(
                501,
                "NotImplemented",
                $"the containers of this cluster are simulated, nothing runs in them: pods/{path.Subresource} is not served"
            );

    // policy/v1 exists from 1.22; servers still accept v1beta1.
    private void CheckKind(string kind, JsonObject body)
    {
        string expected = kind == "Binding" ? "v1" : "policy/v1beta1";
        string named = body.Text("kind") is { Length: > 0 } name ? name : kind,
            stated = body.Text("apiVersion") is { Length: > 0 } version ? version : expected;
        bool isServed =
            stated == expected || (kind == "Eviction" && stated == "policy/v1" && catalog.Minor >= DiscoveryHandler.EvictionV1From);
        if (named != kind || !isServed)
            throw Bodies.BodyFaults.WrongKind(kind == "Binding" ? BindingKind : EvictionKind, "", named, stated);
    }

    private void CheckTarget(string name, JsonObject? target)
    {
        var errors = new FieldErrors(catalog.Minor);
        if (target.Text("kind") is { Length: > 0 } kind and not "Node")
            errors.NotSupported("target.kind", $"\"{kind}\"", "Node", "<empty>");
        if (string.IsNullOrEmpty(target.Text("name")))
            errors.Required("target.name");
        if (errors.Faults.Count > 0)
            throw StatusErrors.Invalid(BindingKind, name, errors);
    }

    private static ResourceKind BindingKind { get; } =
        new()
        {
            Group = "",
            Versions = [],
            Kind = "Binding",
            Plural = "bindings",
        };

    private static ResourceKind EvictionKind { get; } =
        new()
        {
            Group = "policy",
            Versions = [],
            Kind = "Eviction",
            Plural = "evictions",
        };
}
