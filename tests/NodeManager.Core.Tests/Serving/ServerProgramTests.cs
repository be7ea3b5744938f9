using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Core.Tests.Serving;

/// <summary>Where the server and its runtime are looked for.</summary>
public sealed class ServerProgramTests : IDisposable
{
    private const string Assembly = "NodeManager.Server.dll";
    private static readonly string Executable = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-serving-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_packed_server_comes_before_a_built_one()
    {
        Make("src/NodeManager.Server/bin/Debug/net10.0", Assembly);
        string packed = Make("bin/server", Assembly);

        Assert.Equal(packed, ServerProgram.FindProgram(_folder));
    }

    [Fact]
    public void Of_two_built_servers_the_later_one_is_taken()
    {
        string release = Make("src/NodeManager.Server/bin/Release/net10.0", Assembly),
            debug = Make("src/NodeManager.Server/bin/Debug/net10.0", Assembly);
        File.SetLastWriteTimeUtc(release, DateTime.UnixEpoch.AddDays(2));
        File.SetLastWriteTimeUtc(debug, DateTime.UnixEpoch.AddDays(1));

        Assert.Equal(release, ServerProgram.FindProgram(_folder));
    }

    [Theory]
    [InlineData(true, "dotnet build")]
    [InlineData(false, "Install the module again")]
    public void A_missing_server_is_an_error_with_a_recommended_action(bool isClone, string action)
    {
        if (isClone)
            Directory.CreateDirectory(Path.Combine(_folder, "src", "NodeManager.Server"));

        var missing = Assert.Throws<NodeManagerException>(() => ServerProgram.FindProgram(_folder));

        Assert.Equal(ErrorIds.ServerProgramNotFound, missing.ErrorId);
        Assert.Contains(action, missing.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.3", true)]
    [InlineData("10.1.0", true)]
    [InlineData("10.0.0-rc.2.25502.107", true)]
    [InlineData("9.0.8", false)]
    [InlineData("11.0.0", false)]
    [InlineData("100.0.0", false)]
    [InlineData("readme", false)]
    public void A_runtime_of_the_same_major_version_starts_the_server(string version, bool isFound)
    {
        string dotnet = Make("dotnet", Executable);
        Directory.CreateDirectory(Path.Combine(_folder, "dotnet", "shared", "Microsoft.AspNetCore.App", version));
        string[] roots = [Path.Combine(_folder, "nothing"), Path.Combine(_folder, "dotnet")];

        if (isFound)
            Assert.Equal(dotnet, ServerProgram.FindDotnet(roots));
        else
            Assert.Equal(ErrorIds.AspNetCoreNotFound, Assert.Throws<NodeManagerException>(() => ServerProgram.FindDotnet(roots)).ErrorId);
    }

    [Fact]
    public void A_missing_runtime_is_an_error_that_names_the_searched_folders_and_the_download_address()
    {
        // The runtime of PowerShell and of console programs alone.
        Make("dotnet", Executable);
        Directory.CreateDirectory(Path.Combine(_folder, "dotnet", "shared", "Microsoft.NETCore.App", "10.0.0"));

        var missing = Assert.Throws<NodeManagerException>(() => ServerProgram.FindDotnet([Path.Combine(_folder, "dotnet")]));

        Assert.Contains(_folder, missing.Message, StringComparison.Ordinal);
        Assert.Contains("https://dotnet.microsoft.com/download/dotnet/10.0", missing.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("DOTNET_ROOT", missing.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void DOTNET_ROOT_comes_first_then_PATH()
    {
        Make("onpath", Executable);
        string path = Path.Combine(_folder, "onpath"),
            root = Path.Combine(_folder, "root");
        var variables = new Dictionary<string, string>
        {
            ["DOTNET_ROOT"] = root + Path.DirectorySeparatorChar,
            ["PATH"] = Path.Combine(_folder, "empty") + Path.PathSeparator + path,
        };

        Assert.Equal([root, path], ServerProgram.Roots(variables.GetValueOrDefault).Take(2));
    }

    [SkippableFact]
    public void A_relative_folder_of_PATH_is_not_searched()
    {
        Make("onpath", Executable);
        string path = Path.Combine(_folder, "onpath"),
            relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        Skip.If(Path.IsPathRooted(relative), "The temporary folder is on another drive.");
        var variables = new Dictionary<string, string> { ["PATH"] = relative };

        Assert.DoesNotContain(path, ServerProgram.Roots(variables.GetValueOrDefault).Select(Path.GetFullPath));
    }

    [Fact]
    public void Arguments_carry_what_was_given_and_all_streams_are_the_parents()
    {
        var start = new ServerProgram("dotnet", Path.Combine(_folder, Assembly)).Start(["--handover", "--port", "0"]);

        Assert.Equal([Path.Combine(_folder, Assembly), "--handover", "--port", "0"], start.ArgumentList);
        Assert.True(
            start is { RedirectStandardInput: true, RedirectStandardOutput: true, RedirectStandardError: true, UseShellExecute: false }
        );
    }

    private string Make(string folder, string file)
    {
        string path = Path.Combine([_folder, .. folder.Split('/')]);
        Directory.CreateDirectory(path);
        path = Path.Combine(path, file);
        File.WriteAllText(path, "");
        return path;
    }
}
