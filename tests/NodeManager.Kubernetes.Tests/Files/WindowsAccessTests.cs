using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using NodeManager.Kubernetes.Files;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Files;

/// <summary>Who can use a file on Windows; tests/windows runs them.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsAccessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_private_file_does_not_inherit_the_rights_of_its_folder()
    {
        SkipElsewhere();
        var folder = new DirectoryInfo(_folder.Path("."));
        DirectorySecurity open = folder.GetAccessControl();
        open.AddAccessRule(
            new(
                Everyone,
                FileSystemRights.Modify,
                InheritanceFlags.ObjectInherit | InheritanceFlags.ContainerInherit,
                PropagationFlags.None,
                AccessControlType.Allow
            )
        );
        folder.SetAccessControl(open);
        string path = _folder.Path("token");

        AtomicFile.Write(path, "secret"u8.ToArray(), new() { IsPrivate = true });

        Assert.Equal("secret", File.ReadAllText(path));
        Assert.Null(WindowsAccess.FindOther(path));
    }

    [SkippableFact]
    public void An_account_with_rights_to_a_file_is_found()
    {
        SkipElsewhere();
        var file = new FileInfo(_folder.Write("token", "secret"));
        FileSecurity security = file.GetAccessControl();
        security.AddAccessRule(new(Everyone, FileSystemRights.Read, AccessControlType.Allow));
        file.SetAccessControl(security);

        Assert.Equal(Everyone.Value, WindowsAccess.FindOther(file.FullName));
    }

    [SkippableFact]
    public void A_replaced_file_keeps_its_rights()
    {
        SkipElsewhere();
        string closed = _folder.Path("closed"),
            open = _folder.Write("open", "old");
        AtomicFile.Write(closed, "old"u8.ToArray(), new() { IsPrivate = true });
        FileSecurity security = new FileInfo(open).GetAccessControl();
        security.AddAccessRule(new(Everyone, FileSystemRights.Read, AccessControlType.Allow));
        new FileInfo(open).SetAccessControl(security);

        AtomicFile.Write(closed, "new"u8.ToArray());
        AtomicFile.Write(open, "new"u8.ToArray());

        Assert.Equal(("new", null), (File.ReadAllText(closed), WindowsAccess.FindOther(closed)));
        Assert.Equal(("new", Everyone.Value), (File.ReadAllText(open), WindowsAccess.FindOther(open)));
    }

    [SkippableFact]
    public void A_file_of_the_user_is_trusted()
    {
        SkipElsewhere();
        Assert.Null(FileTrust.FindProblem(_folder.Write("nodemanager.json", "{}")));
    }

    private static SecurityIdentifier Everyone => new(WellKnownSidType.WorldSid, null);

    private static void SkipElsewhere() => Skip.IfNot(OperatingSystem.IsWindows(), "Windows only.");
}
