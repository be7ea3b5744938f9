using NodeManager.Kubernetes.Files;

namespace NodeManager.Kubernetes.Tests.Files;

/// <summary>Which files a command can be.</summary>
public sealed class CommandPathTests
{
    [Theory]
    [InlineData("login", false, ".EXE;.CMD", "login")]
    [InlineData("login", true, ".COM;.EXE;.CMD", "login.COM|login.EXE|login.CMD")]
    [InlineData("login", true, null, "login.EXE|login.CMD|login.BAT")]
    [InlineData("login.exe", true, ".EXE", "login.exe|login.exe.EXE")]
    [InlineData("login.v2", true, ".EXE; .CMD;", "login.v2|login.v2.EXE|login.v2.CMD")]
    public void Windows_completes_a_name_by_the_extensions_of_programs(string command, bool isWindows, string? extensions, string files) =>
        Assert.Equal(files.Split('|'), CommandPath.Variants(command, isWindows, extensions));

    [Theory]
    [InlineData("login", false)]
    [InlineData("./login", true)]
    [InlineData("/usr/bin/login", true)]
    public void A_name_is_searched_and_a_path_is_not(string command, bool isPath) => Assert.Equal(isPath, CommandPath.IsPath(command));

    [Fact]
    public void A_file_of_the_current_folder_is_not_found_by_its_name() =>
        Assert.Null(CommandPath.Find(Path.GetFileName(Directory.GetFiles(Environment.CurrentDirectory)[0])));
}
