using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Access;

/// <summary>Authorizes by RBAC where it is enforced; otherwise everything is allowed.</summary>
internal sealed class AccessControl(DocumentStore store, bool isEnforced)
{
    private readonly GrantedRules _granted = new(store);

    /// <summary>False where roles exist but have no effect.</summary>
    public bool IsEnforced => isEnforced;

    public Decision Decide(UserInfo user, RequestAttributes request)
    {
        if (!isEnforced || user.IsMaster)
            return new(true, "");
        List<string> faults = [];
        foreach ((PolicyRule rule, Func<string> describe) in _granted.Of(user, request.Namespace, faults))
            if (rule.Allows(request))
                return new(true, describe());
        return new(false, faults.Count == 0 ? "" : $"RBAC: {Join(faults)}");
    }

    public void Require(UserInfo user, RequestAttributes request)
    {
        if (Decide(user, request) is { IsAllowed: false } refusal)
            throw AccessErrors.Forbidden(user.Name, request, refusal.Reason);
    }

    /// <summary>The user's rules in a namespace, and errors of the evaluation (empty: none).</summary>
    public (IReadOnlyList<PolicyRule> Rules, string Fault) RulesOf(UserInfo user, string ns)
    {
        if (!isEnforced)
            return (
                [
                    new()
                    {
                        Verbs = ["*"],
                        ApiGroups = ["*"],
                        Resources = ["*"],
                    },
                    new() { Verbs = ["*"], NonResourceURLs = ["*"] },
                ],
                ""
            );
        List<string> faults = [];
        return ([.. _granted.Of(user, ns, faults).Select(static pair => pair.Rule)], faults.Count == 0 ? "" : Join(faults));
    }

    /// <summary>The rules that a binding in this namespace would grant; null for a missing role.</summary>
    public IReadOnlyList<PolicyRule>? RulesOf(RoleRef role, string ns) => _granted.Find(role, ns) is { } found ? found.Rules ?? [] : null;

    private static string Join(List<string> faults) => faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]";
}
