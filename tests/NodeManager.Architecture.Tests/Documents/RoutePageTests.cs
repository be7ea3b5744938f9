using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The page of the server's routes has the routes that the server maps, and no others.</summary>
public sealed partial class RoutePageTests
{
    [Fact]
    public void The_page_has_the_routes_of_the_server()
    {
        string folder = Path.Combine(Repository.Root, "src", "NodeManager.Server");
        string source = string.Concat(Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Split(Path.DirectorySeparatorChar).Contains("obj")).Order(StringComparer.Ordinal).Select(File.ReadAllText));
        string[] mapped =
        [
            .. Mapped().Matches(source).Select(one => $"{one.Groups[1].Value.ToUpperInvariant()} {Route(one.Groups[2].Value, source)}").Order(StringComparer.Ordinal),
        ];
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "server-routes.md"));

        Assert.True(mapped.Length > 10, "Routes are mapped in another way than this test reads.");
        Assert.Equal(mapped, Written().Matches(page).Select(static one => one.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    // A literal, or the name of a constant: Health = "/healthz".
    private static string Route(string argument, string source) => argument.StartsWith('"')
        ? argument.Trim('"').Replace("{**", "{", StringComparison.Ordinal)
        : Regex.Match(source, $"\\b{argument} = \"([^\"]+)\"").Groups[1].Value;

    [GeneratedRegex(@"\.Map(Get|Put|Post|Delete|Patch)\((""[^""]+""|\w+),")]
    private static partial Regex Mapped();

    [GeneratedRegex(@"^\| `([A-Z]+ /[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Written();
}
