using System.Text;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Kubernetes.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Target => Path.Combine(_folder, "file");

    [Fact]
    public void A_failed_write_leaves_only_the_old_file()
    {
        File.WriteAllText(Target, "old");
        Assert.Throws<IOException>(() =>
            AtomicFile.Write(
                Target,
                stream =>
                {
                    stream.Write("new"u8);
                    throw new IOException("the disk is full");
                }
            )
        );
        Assert.Throws<InvalidOperationException>(() =>
            AtomicFile.Write(Target, "new"u8.ToArray(), new() { BeforeReplace = () => throw new InvalidOperationException() })
        );
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_reader_sees_the_old_file_until_the_new_file_is_complete()
    {
        File.WriteAllText(Target, "old");
        AtomicFile.Write(
            Target,
            stream =>
            {
                stream.Write("ne"u8);
                stream.Flush();
                Assert.Equal("old", File.ReadAllText(Target));
                stream.Write("w"u8);
            }
        );
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_on_request()
    {
        AtomicFile.Write(Target, "old"u8.ToArray(), new() { Replace = false });
        Assert.Throws<IOException>(() => AtomicFile.Write(Target, "new"u8.ToArray(), new() { Replace = false }));
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [SkippableFact]
    public void Permissions_and_links_are_kept()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no modes.");
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        File.WriteAllText(Target, "old");
        File.SetUnixFileMode(Target, mode);
        string link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, Target);
        AtomicFile.Write(link, Encoding.UTF8.GetBytes("new"));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(("new", mode), (File.ReadAllText(Target), File.GetUnixFileMode(Target)));
    }

    [SkippableFact]
    public void A_private_file_is_created_with_private_permissions()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no modes.");
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.WriteAllText(Target, "old");
        AtomicFile.Write(
            Target,
            _ =>
            {
                if (!OperatingSystem.IsWindows())
                    Assert.Equal(mode, File.GetUnixFileMode(Directory.GetFiles(_folder).Single(file => file != Target)));
            },
            new() { IsPrivate = true }
        );
        Assert.Equal(mode, File.GetUnixFileMode(Target));
    }

    [Fact]
    public void A_private_file_replaces_a_link_and_does_not_follow_it()
    {
        string link = Path.Combine(_folder, "link");
        File.WriteAllText(Target, "old");
        File.CreateSymbolicLink(link, Target);
        AtomicFile.Write(link, "secret"u8.ToArray(), new() { IsPrivate = true });
        Assert.Equal(("old", "secret", null), (File.ReadAllText(Target), File.ReadAllText(link), new FileInfo(link).LinkTarget));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
