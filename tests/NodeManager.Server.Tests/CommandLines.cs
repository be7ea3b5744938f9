using NodeManager.Server.Options;

namespace NodeManager.Server.Tests;

internal static class CommandLines
{
    /// <summary>The settings of a command line that the program accepts without a warning.</summary>
    public static ServerOptions Parse(params string[] arguments)
    {
        using StringWriter warnings = new();
        ServerOptions options = CommandLine.Parse(arguments, TextWriter.Null, warnings)!;
        Assert.Equal("", warnings.ToString());
        return options;
    }
}
