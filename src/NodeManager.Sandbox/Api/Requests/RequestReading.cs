using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>Reads what a request asks for from its method, path and query.</summary>
internal static class RequestReading
{
    public static RequestAttributes AttributesOf(ApiRequest request)
    {
        string[] steps = [.. request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return steps switch
        {
            ["api", _, _, ..] => OfResource(request, "", steps.AsSpan(2)),
            ["apis", var group, _, _, ..] => OfResource(request, group, steps.AsSpan(3)),
            _ => new() { Verb = request.Method.ToLowerInvariant(), Path = request.Path },
        };
    }

    private static RequestAttributes OfResource(ApiRequest request, string group, ReadOnlySpan<string> steps)
    {
        string ns = "";
        if (steps[0] == "namespaces" && steps.Length > 1)
        {
            ns = steps[1];
            if (steps.Length > 2 && steps[2] is not ("status" or "finalize")) steps = steps[2..];
        }

        string name = steps.Length > 1 ? steps[1] : "";
        string verb = VerbOf(request, name.Length == 0);
        if (name.Length == 0 && verb is "list" or "watch" or "deletecollection") name = FieldSelector.NameOf(request.Query["fieldSelector"]);
        return new()
        {
            Verb = verb, Group = group, Resource = steps[0], Name = name, Subresource = steps.Length > 2 ? steps[2] : "", Namespace = ns, Path = request.Path,
        };
    }

    private static string VerbOf(ApiRequest request, bool isCollection) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => isCollection ? "deletecollection" : "delete",
        "GET" or "HEAD" when isCollection => request.Query.IsTrue("watch") ? "watch" : "list",
        "GET" or "HEAD" => "get",
        _ => request.Method.ToLowerInvariant(),
    };
}
