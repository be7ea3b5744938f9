using System.Runtime.Versioning;
using NodeManager.Sandbox.Http;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>Files with secrets: what other users of the machine could read, replace or redirect.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_symbolic_link_is_replaced_and_not_followed()
    {
        SkipOnWindows();
        string victim = _folder.Write("victim", "precious"),
            link = _folder.Path("kubeconfig");
        File.CreateSymbolicLink(link, victim);

        PrivateFile.Write(link, "token"u8.ToArray());

        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal(("token", Own, null), (File.ReadAllText(link), File.GetUnixFileMode(link), new FileInfo(link).LinkTarget));
    }

    [SkippableFact]
    public void A_created_folder_is_private()
    {
        SkipOnWindows();
        PrivateFile.Write(_folder.Path("state/inner/identity"), "token"u8.ToArray());

        Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path("state")));
        Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path("state/inner")));
    }

    [Fact]
    public void A_failed_write_leaves_only_the_earlier_file()
    {
        string path = _folder.Write("kubeconfig", "old");

        Assert.Throws<InvalidOperationException>(() =>
            PrivateFile.Write(
                path,
                replace: true,
                static into =>
                {
                    into.Write("half"u8);
                    throw new InvalidOperationException();
                }
            )
        );
        Assert.Throws<IOException>(() => PrivateFile.Write(path, replace: false, static into => into.Write("new"u8)));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path(".")));
    }

    [SkippableFact]
    public void A_server_identity_that_other_users_can_access_is_not_used()
    {
        SkipOnWindows();
        string path = _folder.Path("identity");
        ServerIdentity first = ServerIdentity.LoadOrCreate(path, TimeProvider.System);
        Assert.Equal(first.Token, ServerIdentity.LoadOrCreate(path, TimeProvider.System).Token);

        foreach (UnixFileMode others in (UnixFileMode[])[UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.OtherWrite])
        {
            File.SetUnixFileMode(path, Own | others);
            Assert.Contains(
                "is accessible to other users",
                Assert.Throws<IOException>(() => ServerIdentity.LoadOrCreate(path, TimeProvider.System)).Message,
                StringComparison.Ordinal
            );
        }
    }

    private static void SkipOnWindows() => Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes.");
}
