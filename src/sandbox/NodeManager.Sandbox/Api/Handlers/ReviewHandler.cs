using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>Reviews of authentication.k8s.io and authorization.k8s.io.</summary>
internal sealed class ReviewHandler(AccessControl access, ServiceAccountTokens tokens, TimeProvider time, int minor)
{
    public async Task<ApiResponse> AnswerAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (request.Method != "POST" || path.Name.Length > 0)
            throw StatusErrors.MethodNotAllowed();
        JsonObject review = await RequestBody.ReadObjectAsync(request, path.Kind.Kind, cancellationToken);
        JsonObject spec = review.Object("spec")?.DeepClone().AsObject() ?? [];
        var metadata = new JsonObject();
        if (path.Namespace is { } ns)
            metadata["namespace"] = ns;
        var answer = new JsonObject
        {
            ["kind"] = path.Kind.Kind,
            ["apiVersion"] = path.ApiVersion,
            ["metadata"] = metadata,
        };
        switch (path.Kind.Kind)
        {
            case "SelfSubjectReview":
                metadata["creationTimestamp"] = ResourceRegistry.Timestamp(time.GetUtcNow());
                answer["status"] = new JsonObject { ["userInfo"] = request.User.ToJson() };
                break;
            case "TokenReview":
                answer["spec"] = spec;
                answer["status"] = ReviewToken(spec);
                break;
            case "SelfSubjectRulesReview":
                answer["spec"] = new JsonObject();
                answer["status"] = ReviewRules(request.User, spec.Text("namespace"));
                break;
            default:
                answer["spec"] = spec;
                answer["status"] = ReviewAccess(request.User, path, spec);
                break;
        }

        return ApiResponse.Json(answer, 201);
    }

    private JsonObject ReviewToken(JsonObject spec)
    {
        string token = spec.Text("token") ?? "";
        if (token.Length == 0)
            throw StatusErrors.BadRequest("token is required for TokenReview in authentication");
        string[] asked = spec.Array("audiences") is { Count: > 0 } wanted
            ? [.. wanted.Select(static one => (string?)one ?? "")]
            : [ServiceAccountTokens.Issuer];
        if (tokens.Read(token) is not { } found || found.Audiences.Intersect(asked).ToArray() is not { Length: > 0 } shared)
            return new() { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };
        return new()
        {
            ["authenticated"] = true,
            ["user"] = found.User.ToJson(),
            ["audiences"] = new JsonArray([.. shared.Select(static one => JsonValue.Create(one))]),
        };
    }

    private JsonObject ReviewRules(UserInfo user, string? ns)
    {
        if (string.IsNullOrEmpty(ns))
            throw StatusErrors.BadRequest("no namespace on request");
        (IReadOnlyList<PolicyRule> rules, string fault) = access.RulesOf(user, ns);
        var resources = new JsonArray();
        var paths = new JsonArray();
        foreach (PolicyRule rule in rules)
        {
            if (rule.Resources is { Count: > 0 })
            {
                var resource = new JsonObject
                {
                    ["verbs"] = Texts(rule.Verbs),
                    ["apiGroups"] = Texts(rule.ApiGroups),
                    ["resources"] = Texts(rule.Resources),
                };
                if (rule.ResourceNames is { Count: > 0 } names)
                    resource["resourceNames"] = Texts(names);
                resources.Add(resource);
            }

            if (rule.NonResourceURLs is { Count: > 0 })
                paths.Add(new JsonObject { ["verbs"] = Texts(rule.Verbs), ["nonResourceURLs"] = Texts(rule.NonResourceURLs) });
        }

        var status = new JsonObject
        {
            ["resourceRules"] = resources,
            ["nonResourceRules"] = paths,
            ["incomplete"] = false,
        };
        if (fault.Length > 0)
            status["evaluationError"] = fault;
        return status;
    }

    private JsonObject ReviewAccess(UserInfo asker, ResourcePath path, JsonObject spec)
    {
        Check(path, spec);
        UserInfo about = path.Kind == BuiltInKinds.SelfSubjectAccessReviews ? asker : Subject(spec);
        Decision decision = access.Decide(about, Attributes(spec));
        var status = new JsonObject { ["allowed"] = decision.IsAllowed };
        if (decision.Reason.Length > 0)
            status["reason"] = decision.Reason;
        return status;
    }

    private void Check(ResourcePath path, JsonObject spec)
    {
        JsonObject? resource = spec.Object("resourceAttributes"),
            other = spec.Object("nonResourceAttributes");
        var errors = new FieldErrors(minor);
        if (resource is not null && other is not null)
            errors.AddInvalid("spec.nonResourceAttributes", Display(other), "cannot be specified in combination with resourceAttributes");
        if (resource is null && other is null)
            errors.AddInvalid(
                "spec.resourceAttributes",
                minor <= 20 ? "\"null\"" : "null",
                "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            );
        if (
            path.Kind != BuiltInKinds.SelfSubjectAccessReviews
            && string.IsNullOrEmpty(spec.Text("user"))
            && spec.Array("groups") is not { Count: > 0 }
        )
            errors.AddInvalid("spec.user", "\"\"", "at least one of user or group must be specified");
        if (path.Namespace is { } ns && resource is not null && (resource.Text("namespace") ?? "") is var stated && stated != ns)
        {
            if (minor <= 20)
                throw StatusErrors.BadRequest($"spec.resourceAttributes.namespace must match namespace: {ns}");
            errors.AddInvalid("spec.resourceAttributes.namespace", $"\"{stated}\"", "must match metadata.namespace");
        }

        if (errors.Faults.Count > 0)
            throw StatusErrors.InvalidReview(path.Kind.Group, errors);
    }

    private string Display(JsonObject attributes)
    {
        string path = attributes.Text("path") ?? "",
            verb = attributes.Text("verb") ?? "";
        return minor <= 20
            ? $"authorization.NonResourceAttributes{{Path:\"{path}\", Verb:\"{verb}\"}}"
            : $"{{\"Path\":\"{path}\",\"Verb\":\"{verb}\"}}";
    }

    private static UserInfo Subject(JsonObject spec) =>
        new(spec.Text("user") ?? "") { Uid = spec.Text("uid") ?? "", Groups = [.. spec.Texts("groups")] };

    private static RequestAttributes Attributes(JsonObject spec) =>
        spec.Object("resourceAttributes") is { } resource
            ? new()
            {
                Verb = resource.Text("verb") ?? "",
                Group = resource.Text("group") ?? "",
                Resource = resource.Text("resource") ?? "",
                Subresource = resource.Text("subresource") ?? "",
                Name = resource.Text("name") ?? "",
                Namespace = resource.Text("namespace") ?? "",
            }
            : new()
            {
                Verb = spec.Object("nonResourceAttributes").Text("verb") ?? "",
                Path = spec.Object("nonResourceAttributes").Text("path") ?? "",
            };

    private static JsonArray Texts(IEnumerable<string>? texts) => new([.. (texts ?? []).Select(static text => JsonValue.Create(text))]);
}
