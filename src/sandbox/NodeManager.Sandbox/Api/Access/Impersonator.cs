using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Access;

/// <summary>Authorizes impersonation. Source: "User impersonation" of the Kubernetes documentation.</summary>
internal sealed class Impersonator(AccessControl access, int minor)
{
    private const string Authentication = "authentication.k8s.io";

    /// <summary>The minor version from which a refusal names the permissions of constrained impersonation.</summary>
    private const int ConstrainedFrom = 36;

    /// <exception cref="ApiException">403; 400 for headers without a user.</exception>
    public UserInfo Resolve(UserInfo asker, ImpersonationRequest? requested, IncomingRequest request)
    {
        if (requested is null)
            return asker;
        if (requested.User.Length == 0)
            throw StatusErrors.BadRequest("requested impersonation without impersonating a user name");
        (string Namespace, string Name)? account = ServiceAccountName.Parse(requested.User);
        IEnumerable<RequestAttributes> needs =
        [
            account is { } its ? Need("serviceaccounts", its.Name, its.Namespace) : Need("users", requested.User),
            .. requested.Groups.Select(static group => Need("groups", group)),
            .. requested.Extra.SelectMany(
                static pair => pair.Value,
                static (pair, value) => Need("userextras", value) with { Group = Authentication, Subresource = pair.Key }
            ),
        ];
        if (requested.Uid.Length > 0)
            needs = needs.Append(Need("uids", requested.Uid) with { Group = Authentication });
        foreach (RequestAttributes need in needs)
        {
            if (access.Decide(asker, need) is not { IsAllowed: false } refusal)
                continue;
            if (minor < ConstrainedFrom)
                throw AccessErrors.Forbidden(asker.Name, need, refusal.Reason);
            RequestAttributes wanted = RequestReading.AttributesOf(request);
            throw AccessErrors.Forbidden(asker.Name, wanted with { Verb = "impersonate-on:user-info:" + wanted.Verb }, refusal.Reason);
        }

        return new(requested.User)
        {
            Uid = requested.Uid,
            Groups = Groups(requested, account?.Namespace),
            Extra = requested.Extra,
        };
    }

    private static List<string> Groups(ImpersonationRequest requested, string? accountNamespace)
    {
        List<string> groups = [.. requested.Groups];
        if (groups.Count == 0 && accountNamespace is not null)
            groups.AddRange(ServiceAccountName.GroupsOf(accountNamespace));
        string everybody = requested.User == UserInfo.Anonymous ? UserInfo.Unauthenticated : UserInfo.Authenticated;
        if (!groups.Contains(everybody) && !groups.Contains(UserInfo.Unauthenticated))
            groups.Add(everybody);
        return groups;
    }

    private static RequestAttributes Need(string resource, string name, string ns = "") =>
        new()
        {
            Verb = "impersonate",
            Resource = resource,
            Name = name,
            Namespace = ns,
        };
}
