using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the user to impersonate: requested values override those of the user entry one by one, as in kubectl.</summary>
internal static class ImpersonationReader
{
    public static Impersonation? Read(YamlSection? user, KubeconfigRequest request)
    {
        string? uid = user?.Text("as-uid");
        IReadOnlyList<string> groups = user?.Texts("as-groups") ?? [];
        IReadOnlyDictionary<string, IReadOnlyList<string>> extra =
            user?.Section("as-user-extra")?.TextLists() ?? new Dictionary<string, IReadOnlyList<string>>();
        if (request.ImpersonateGroups.Count > 0)
            groups = request.ImpersonateGroups;
        if ((request.ImpersonateUser ?? user?.Text("as")) is { } name)
            return Check(
                new(name)
                {
                    Uid = uid,
                    Groups = groups,
                    Extra = extra,
                },
                user,
                request
            );
        if (request.ImpersonateGroups.Count > 0)
            throw new NodeManagerException(
                ErrorIds.CredentialUnsupported,
                ErrorKind.InvalidArgument,
                "Groups to impersonate were given without a user.",
                null,
                "Name the user to impersonate as well."
            );
        return uid is null && groups.Count == 0 && extra.Count == 0
            ? null
            : throw user!.Invalid(null, "has as-uid, as-groups or as-user-extra, but not the user to impersonate (as)");
    }

    /// <summary>A line break in a value would start another header.</summary>
    public static Impersonation CheckRequested(Impersonation impersonation) =>
        impersonation.InvalidField is null
            ? impersonation
            : throw new NodeManagerException(
                ErrorIds.CredentialUnsupported,
                ErrorKind.InvalidArgument,
                "The user or a group to impersonate contains a control character.",
                null,
                "Give the names without line breaks and other control characters."
            );

    private static Impersonation Check(Impersonation impersonation, YamlSection? user, KubeconfigRequest request)
    {
        CheckRequested(new(request.ImpersonateUser ?? "") { Groups = request.ImpersonateGroups });
        return impersonation.InvalidField is { } field ? throw user!.Invalid(field, "contains a control character") : impersonation;
    }
}
