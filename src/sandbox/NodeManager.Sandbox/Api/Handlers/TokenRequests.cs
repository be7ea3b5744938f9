using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>The <c>token</c> subresource of service accounts. Source: authentication.k8s.io/v1 TokenRequest.</summary>
internal sealed class TokenRequests(ResourceRegistry registry, ServiceAccountTokens tokens)
{
    private const long Hour = 60 * 60,
        Shortest = 10 * 60,
        Longest = 1L << 32;

    public async Task<ApiResponse> AnswerAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (request.Method != "POST")
            throw StatusErrors.MethodNotAllowed();
        JsonObject body = await RequestBody.ReadObjectAsync(request, "TokenRequest", cancellationToken);
        StoredObject account = registry.Get(BuiltInKinds.ServiceAccounts, path.ObjectNamespace, path.Name);
        JsonObject? spec = body.Object("spec");
        long seconds = spec.Number("expirationSeconds") ?? Hour;
        Check(seconds);
        string[] audiences = spec.Array("audiences") is { Count: > 0 } stated
            ? [.. stated.Select(static one => (string?)one ?? "")]
            : [ServiceAccountTokens.Issuer];
        JsonObject? reference = spec.Object("boundObjectRef");
        (string token, DateTimeOffset end) = tokens.Issue(
            account,
            audiences,
            TimeSpan.FromSeconds(seconds),
            reference is null ? null : Bound(account, reference)
        );
        return ApiResponse.Json(
            new()
            {
                ["kind"] = "TokenRequest",
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["metadata"] = new JsonObject
                {
                    ["name"] = account.Name,
                    ["namespace"] = account.Namespace,
                    ["creationTimestamp"] = registry.Now,
                },
                ["spec"] = new JsonObject
                {
                    ["audiences"] = new JsonArray([.. audiences.Select(static one => JsonValue.Create(one))]),
                    ["expirationSeconds"] = seconds,
                    ["boundObjectRef"] = reference?.DeepClone(),
                },
                ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = ResourceRegistry.Timestamp(end) },
            },
            201
        );
    }

    private void Check(long seconds)
    {
        var errors = new FieldErrors(registry.Minor);
        if (seconds < Shortest)
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        if (seconds > Longest)
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
        if (errors.Faults.Count > 0)
            throw StatusErrors.Invalid(Kind, "", errors);
    }

    private StoredObject Bound(StoredObject account, JsonObject reference)
    {
        string ns = account.Namespace;
        ResourceKind kind = reference.Text("kind") switch
        {
            "Pod" => BuiltInKinds.Pods,
            "Secret" => BuiltInKinds.Secrets,
            "Node" => BuiltInKinds.Nodes,
            var other => throw StatusErrors.BadRequest($"cannot bind token to object of type {reference.Text("apiVersion")}, Kind={other}"),
        };
        string name = reference.Text("name") ?? "";
        StoredObject item = registry.Get(kind, kind.IsNamespaced ? ns : "", name);
        if (reference.Text("uid") is { Length: > 0 } uid && uid != item.Uid)
        {
            throw StatusErrors.Conflict(
                kind,
                name,
                $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated"
            );
        }

        if (kind == BuiltInKinds.Pods && item.Field("spec.serviceAccountName") != account.Name)
            throw StatusErrors.BadRequest(
                $"cannot bind token for serviceaccount \"{account.Name}\" to pod running with different serviceaccount name."
            );
        return item;
    }

    private static ResourceKind Kind { get; } =
        new()
        {
            Group = "authentication.k8s.io",
            Versions = [],
            Kind = "TokenRequest",
            Plural = "serviceaccounts/token",
        };
}
