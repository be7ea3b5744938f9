using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests;

/// <summary>
/// A new route takes few files: its handler, which says who can use it, the shape of its answer with the JSON context, a mapping if there is
/// one, and the page. Counted are two sample routes by their paths and shapes; the OpenAPI document and the console's types are generated.
/// </summary>
public sealed class RouteFileTests
{
    private const int MaximumFiles = 4;

    [Theory]
    [InlineData("/drain-plan", "ApiDrainPlan", "src/NodeManager.Server/NodeDetails/NodeDetailRoutes.cs")]
    [InlineData("/{id}/stop", "ApiMaintenanceStopped", "src/NodeManager.Server/Maintenances/MaintenanceRoutes.cs")]
    public void A_route_takes_at_most_four_files_that_are_not_generated(string path, string shape, string routes)
    {
        string[] files =
        [
            .. Repository
                .Files(".cs")
                .Where(static file => Repository.NameOf(file).StartsWith("src/NodeManager.Server/", StringComparison.Ordinal))
                .Concat(Repository.Files(".md"))
                .Where(file => IsAbout(File.ReadAllText(file), path, shape))
                .Select(Repository.NameOf),
        ];

        Assert.Contains(routes, files);
        Assert.Contains("docs/reference/server-routes.md", files);
        Assert.True(files.Length <= MaximumFiles, $"{path} is in {files.Length} files:\n{string.Join('\n', files)}");
    }

    /// <summary>A permission that stands apart from its route is a file more, and can be forgotten.</summary>
    [Fact]
    public void Every_file_of_routes_names_their_callers()
    {
        string[] bare =
        [
            .. Repository
                .Files("Routes.cs")
                .Where(static file => Repository.NameOf(file).StartsWith("src/NodeManager.Server/", StringComparison.Ordinal))
                .Where(static file => !Regex.IsMatch(File.ReadAllText(file), @"\.For(Viewers|Admins|AnyViewer)\(|\.AllowAnonymous\("))
                .Select(Repository.NameOf),
        ];

        Assert.Empty(bare);
    }

    private static bool IsAbout(string text, string path, string shape) =>
        Regex.IsMatch(text, $@"\b{shape}\b") || Regex.IsMatch(text, $@"{Regex.Escape(path)}[""` ?|]");
}
