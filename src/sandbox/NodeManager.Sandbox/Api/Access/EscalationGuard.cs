using System.Text.Json;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Access;

/// <summary>
/// Prevents privilege escalation: writing a role requires its rules or <c>escalate</c>, binding it requires its rules or <c>bind</c>.
/// Source: "Privilege escalation prevention" of the Kubernetes documentation.
/// </summary>
internal sealed class EscalationGuard(AccessControl access)
{
    private static readonly PolicyRule[] Everything =
    [
        new()
        {
            Verbs = ["*"],
            ApiGroups = ["*"],
            Resources = ["*"],
        },
        new() { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    public static bool Guards(ResourceKind kind) => kind.Group == RoleRef.Group;

    /// <summary>Checks a document before it is stored.</summary>
    /// <exception cref="ApiException">403; 404 for a missing role.</exception>
    public void Check(UserInfo user, ResourcePath path, JsonObject document, JsonObject? old)
    {
        if (!access.IsEnforced || user.IsMaster)
            return;
        string name = document.Object("metadata").Text("name") ?? path.Name;
        if (path.Kind == BuiltInKinds.Roles || path.Kind == BuiltInKinds.ClusterRoles)
            CheckRole(user, path, name, document, old);
        else
            CheckBinding(user, path, name, document, old);
    }

    private void CheckRole(UserInfo user, ResourcePath path, string name, JsonObject document, JsonObject? old)
    {
        if (IsSame(document, old) || access.Decide(user, AttributesOf("escalate", path, path.Kind.Plural, name)).IsAllowed)
            return;
        Role role = document.Deserialize(AccessJson.Default.Role)!;
        if (role.AggregationRule?.ClusterRoleSelectors is { Count: > 0 } && Missing(user, "", Everything).Count > 0)
            throw StatusErrors.Forbidden(path.Kind, name, "must have cluster-admin privileges to use an aggregationRule");
        Require(user, path, name, role.Rules ?? []);
    }

    private void CheckBinding(UserInfo user, ResourcePath path, string name, JsonObject document, JsonObject? old)
    {
        if (IsSame(document, old))
            return;
        RoleRef role = document.Deserialize(AccessJson.Default.RoleBinding)!.RoleRef;
        string resource = role.Kind == "Role" ? BuiltInKinds.Roles.Plural : BuiltInKinds.ClusterRoles.Plural;
        if (access.Decide(user, AttributesOf("bind", path, resource, role.Name)).IsAllowed)
            return;
        Require(user, path, name, access.RulesOf(role, path.ObjectNamespace) ?? throw StatusErrors.NotFound(path.Kind, role.Name));
    }

    // Changes by garbage collection grant nothing. Labels may, because of aggregation.
    private static bool IsSame(JsonObject document, JsonObject? old)
    {
        if (old is null)
            return false;
        IEnumerable<string> members = document
            .Concat(old)
            .Select(static pair => pair.Key)
            .Where(static name => name is not ("kind" or "apiVersion" or "metadata"))
            .Distinct();
        return members.All(name => JsonNode.DeepEquals(document[name], old[name]))
            && ((string[])["labels", "annotations"]).All(name =>
                JsonNode.DeepEquals(document.Object("metadata").Object(name) ?? [], old.Object("metadata").Object(name) ?? [])
            );
    }

    private void Require(UserInfo user, ResourcePath path, string name, IReadOnlyList<PolicyRule> rules)
    {
        List<PolicyRule> missing = Missing(user, path.ObjectNamespace, rules);
        if (missing.Count == 0)
            return;
        string groups = string.Join(' ', user.Groups.Select(static group => $"\"{group}\""));
        throw StatusErrors.Forbidden(
            path.Kind,
            name,
            $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', Compact(missing))}"
        );
    }

    private List<PolicyRule> Missing(UserInfo user, string ns, IReadOnlyList<PolicyRule> rules)
    {
        IReadOnlyList<PolicyRule> held = access.RulesOf(user, ns).Rules;
        return [.. rules.SelectMany(static rule => rule.Steps()).Where(step => !held.Any(one => one.Covers(step)))];
    }

    // One line per resource with all its verbs.
    private static IEnumerable<string> Compact(List<PolicyRule> steps) =>
        steps
            .GroupBy(static step => (step.ApiGroups?[0], step.Resources?[0], step.ResourceNames?[0], step.NonResourceURLs?[0]))
            .Select(static group =>
                new PolicyRule
                {
                    ApiGroups = group.First().ApiGroups,
                    Resources = group.First().Resources,
                    ResourceNames = group.First().ResourceNames,
                    NonResourceURLs = group.First().NonResourceURLs,
                    Verbs = [.. group.Select(static step => step.Verbs[0]).Distinct()],
                }.ToString()
            )
            .Order(StringComparer.Ordinal);

    private static RequestAttributes AttributesOf(string verb, ResourcePath path, string resource, string name) =>
        new()
        {
            Verb = verb,
            Group = RoleRef.Group,
            Resource = resource,
            Name = name,
            Namespace = path.ObjectNamespace,
        };
}
