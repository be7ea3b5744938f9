using NodeManager.Kubernetes.Files;

namespace NodeManager.Kubernetes.Tests;

/// <summary>Which found files are followed.</summary>
public sealed class FileTrustTests
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(1000, 0, false)]
    [InlineData(0, 0, false)]
    [InlineData(1001, 0, true)]
    [InlineData(1000, (int)UnixFileMode.GroupRead, false)]
    [InlineData(1000, (int)UnixFileMode.GroupWrite, true)]
    [InlineData(1000, (int)UnixFileMode.OtherWrite, true)]
    [InlineData(0, (int)UnixFileMode.OtherWrite, true)]
    public void Only_the_user_and_root_may_have_written_a_file(int owner, int more, bool isDoubted) =>
        Assert.Equal(isDoubted, FileTrust.FindProblem("f", false, (uint)owner, Own | (UnixFileMode)more, 1000) is not null);

    [Fact]
    public void A_folder_with_the_sticky_bit_is_accepted()
    {
        Assert.Null(FileTrust.FindProblem("/tmp", true, 0, Own | UnixFileMode.OtherWrite | UnixFileMode.StickyBit, 1000));
        Assert.NotNull(FileTrust.FindProblem("/shared", true, 0, Own | UnixFileMode.OtherWrite, 1000));
    }

    [SkippableFact]
    public void The_file_system_is_asked()
    {
        Skip.If(OperatingSystem.IsWindows(), "Owners and modes of Unix.");
        // For the analyzer, which does not know Skip.
        if (OperatingSystem.IsWindows())
            return;
        string folder = Directory.CreateTempSubdirectory("trust").FullName,
            file = Path.Combine(folder, "nodemanager.json");
        try
        {
            File.WriteAllText(file, "{}");
            File.SetUnixFileMode(file, Own);
            Assert.Null(FileTrust.FindProblem(file));

            File.SetUnixFileMode(file, Own | UnixFileMode.OtherWrite);
            Assert.Contains("writable for other users", FileTrust.FindProblem(file), StringComparison.Ordinal);

            File.SetUnixFileMode(file, Own);
            File.SetUnixFileMode(folder, Own | UnixFileMode.UserExecute | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
            Assert.Contains(folder, FileTrust.FindProblem(file), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
