using System.CommandLine;
using System.Text;
using NodeManager.Server.Options;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The reference of the server's command line: what <c>--help</c> prints.</summary>
internal static class CommandLinePage
{
    public const string Path = "docs/reference/command-line.md";

    private const string Head = """
        # Command line of the server

        <!-- Generated from the server's --help by ./build.ps1 -Task Reference. Do not edit. -->

        `NodeManager.Server` is in the module's `bin/server`, in the image, and in the source: `dotnet run --project src/NodeManager.Server -- COMMAND`.
        [Start-NodeManagerServer](cmdlets/Start-NodeManagerServer.md) runs it from a session of PowerShell.

        """;

    public static string Build()
    {
        StringBuilder page = new(Head.ReplaceLineEndings("\n"));
        Append(page, null);
        foreach (ServerCommand command in Enum.GetValues<ServerCommand>())
            Append(page, command.ToString().ToLowerInvariant());
        return page.ToString();
    }

    private static void Append(StringBuilder page, string? command)
    {
        using StringWriter output = new();
        CommandLine.Parse(command is null ? ["--help"] : [command, "--help"], output, TextWriter.Null);
        output.GetStringBuilder().Replace(RootCommand.ExecutableName, "NodeManager.Server");
        page.Append("\n## ").Append(command ?? "Commands").Append("\n\n```text\n");
        page.AppendJoin('\n', output.ToString().ReplaceLineEndings("\n").Trim().Split('\n').Select(static line => line.TrimEnd()));
        page.Append("\n```\n");
    }
}
