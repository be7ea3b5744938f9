using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Access;

internal static class AccessErrors
{
    public static ApiException Forbidden(string user, RequestAttributes request, string reason)
    {
        string tail = reason.Length == 0 ? "" : ": " + reason;
        if (!request.IsResource)
            return new(
                403,
                "Forbidden",
                $"forbidden: User \"{user}\" cannot {request.Verb} path \"{request.Path}\"{tail}",
                new JsonObject()
            );
        var details = new JsonObject();
        if (request.Name.Length > 0)
            details["name"] = request.Name;
        if (request.Group.Length > 0)
            details["group"] = request.Group;
        details["kind"] = request.Resource;
        string what = request.Group.Length == 0 ? request.Resource : $"{request.Resource}.{request.Group}";
        string named = request.Name.Length == 0 ? "" : $" \"{request.Name}\"";
        string where = request.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{request.Namespace}\"";
        return new(
            403,
            "Forbidden",
            $"{what}{named} is forbidden: User \"{user}\" cannot {request.Verb} resource \"{request.FullResource}\" in API group \"{request.Group}\" {where}{tail}",
            details
        );
    }
}
