using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Access;

internal static class AccessErrors
{
    public static ApiException Forbidden(string user, RequestAttributes asked, string reason)
    {
        string tail = reason.Length == 0 ? "" : ": " + reason;
        if (!asked.IsResource)
            return new(403, "Forbidden", $"forbidden: User \"{user}\" cannot {asked.Verb} path \"{asked.Path}\"{tail}", new JsonObject());
        var details = new JsonObject();
        if (asked.Name.Length > 0)
            details["name"] = asked.Name;
        if (asked.Group.Length > 0)
            details["group"] = asked.Group;
        details["kind"] = asked.Resource;
        string what = asked.Group.Length == 0 ? asked.Resource : $"{asked.Resource}.{asked.Group}";
        string named = asked.Name.Length == 0 ? "" : $" \"{asked.Name}\"";
        string where = asked.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{asked.Namespace}\"";
        return new(
            403,
            "Forbidden",
            $"{what}{named} is forbidden: User \"{user}\" cannot {asked.Verb} resource \"{asked.FullResource}\" in API group \"{asked.Group}\" {where}{tail}",
            details
        );
    }
}
