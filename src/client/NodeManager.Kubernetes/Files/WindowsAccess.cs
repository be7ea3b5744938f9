using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace NodeManager.Kubernetes.Files;

/// <summary>
/// The access control lists of Windows. Trusted are the current user, administrators and the system, as OpenSSH trusts them with keys.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private const FileSystemRights Content =
        FileSystemRights.ReadData
        | FileSystemRights.WriteData
        | FileSystemRights.AppendData
        | FileSystemRights.ChangePermissions
        | FileSystemRights.TakeOwnership;

    private static readonly SecurityIdentifier[] Machine =
    [
        new(WellKnownSidType.BuiltinAdministratorsSid, null),
        new(WellKnownSidType.LocalSystemSid, null),
    ];

    // TrustedInstaller, which owns the folders of Windows, and OWNER RIGHTS, those of a file's owner.
    private static readonly SecurityIdentifier Installer = new("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");
    private static readonly SecurityIdentifier OwnerRights = new("S-1-3-4");

    /// <summary>Creates a file without the rights that its folder passes on.</summary>
    public static FileStream CreatePrivate(string path)
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (SecurityIdentifier account in Trusted())
            security.AddAccessRule(new(account, FileSystemRights.FullControl, AccessControlType.Allow));
        return Create(path, security);
    }

    /// <summary>Creates a file with the rights of another one.</summary>
    public static FileStream CreateLike(string path, string model) =>
        Create(path, new FileInfo(model).GetAccessControl(AccessControlSections.Access));

    /// <summary>The owner's security identifier if it is another user; else null.</summary>
    public static string? FindForeignOwner(string path)
    {
        FileSystemSecurity security = Directory.Exists(path)
            ? new DirectoryInfo(path).GetAccessControl(AccessControlSections.Owner)
            : new FileInfo(path).GetAccessControl(AccessControlSections.Owner);
        return security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && !Trusted().Append(Installer).Contains(owner)
            ? owner.Value
            : null;
    }

    /// <summary>The security identifier of another account that can read or change the file; null without one.</summary>
    public static string? FindOther(string path)
    {
        HashSet<IdentityReference> trusted = [.. Trusted(), OwnerRights];
        return new FileInfo(path)
            .GetAccessControl(AccessControlSections.Access)
            .GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier))
            .Cast<FileSystemAccessRule>()
            .FirstOrDefault(rule =>
                rule.AccessControlType == AccessControlType.Allow
                && (rule.FileSystemRights & Content) != 0
                && !trusted.Contains(rule.IdentityReference)
            )
            ?.IdentityReference.Value;
    }

    private static FileStream Create(string path, FileSecurity security) =>
        new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, 4096, FileOptions.None, security);

    private static SecurityIdentifier[] Trusted()
    {
        using WindowsIdentity user = WindowsIdentity.GetCurrent();
        return [user.User!, .. Machine];
    }
}
