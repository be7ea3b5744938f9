using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Roles;

/// <summary>Holds the rights of a role of deploy/rbac.yaml against what a user of it asked of the server.</summary>
internal static class RoleUse
{
    /// <summary>Each right of the role was used, and none was missing.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="user">Who has the role, and perhaps others.</param>
    /// <param name="role">Its name in the manifest.</param>
    /// <param name="refusals">What may be forbidden, as <c>patch /nodes/status</c>: the rest works without it.</param>
    /// <param name="unserved">Groups that the server does not have.</param>
    public static void AssertNeeded(TestCluster cluster, string user, string role, string[]? refusals = null, string[]? unserved = null)
    {
        HashSet<string> used = AssertSuffices(cluster, user, role, refusals);
        string[] superfluous = [.. RightsOf(role).Where(right => !IsUsed(right) && unserved?.Contains(right.Split(' ', '/')[1]) != true)];
        Assert.True(
            superfluous.Length == 0,
            $"{role} does not need {string.Join(", ", superfluous)}; used was {string.Join(", ", used.Order(StringComparer.Ordinal))}"
        );

        // A watch shows what a list shows. Which of them a cache asks for is no matter of rights.
        bool IsUsed(string right) =>
            used.Contains(right) || (right.StartsWith("watch ", StringComparison.Ordinal) && used.Contains("list" + right[5..]));
    }

    /// <summary>Nothing that a user asked for was forbidden.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="user">Who has the roles.</param>
    /// <param name="roles">How the roles are called.</param>
    /// <param name="refusals">What may be forbidden.</param>
    /// <returns>The rights that were used.</returns>
    public static HashSet<string> AssertSuffices(TestCluster cluster, string user, string roles, string[]? refusals = null)
    {
        (string Right, bool IsForbidden)[] asked =
        [
            .. cluster
                .RequestsOf(user)
                .Where(static one => !IsIdentity(one.Request, one.IsForbidden))
                .Select(static one => ($"{one.Request.Verb} {one.Request.Group}/{one.Request.FullResource}", one.IsForbidden)),
        ];
        string[] missing =
        [
            .. asked.Where(static one => one.IsForbidden).Select(static one => one.Right).Distinct().Except(refusals ?? []),
        ];
        Assert.True(missing.Length == 0, $"{roles} lacks {string.Join(", ", missing)}");
        return [.. asked.Where(static one => !one.IsForbidden).Select(static one => one.Right)];
    }

    // Every session asks for the identity of its cluster, and works without it.
    private static bool IsIdentity(RequestInfo request, bool isForbidden) =>
        isForbidden && request is { Verb: "get", Resource: "namespaces", Name: "kube-system" };

    /// <summary>As <c>patch apps/deployments</c>.</summary>
    public static IEnumerable<string> RightsOf(string role) =>
        from rule in RoleManifest.RulesOf(role)
        from ns in Texts(rule, "apiGroups")
        from resource in Texts(rule, "resources")
        from verb in Texts(rule, "verbs")
        select $"{verb} {ns}/{resource}";

    private static IEnumerable<string> Texts(JsonObject rule, string member) =>
        rule[member] is JsonArray list ? list.Select(static one => (string)one!) : [];
}
