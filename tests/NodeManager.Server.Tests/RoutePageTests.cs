using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.OpenIdConnect;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>docs/reference/server-routes.md lists the routes that the server has, and no others.</summary>
public sealed partial class RoutePageTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string SignInSection = "Sign-in at an issuer";

    private static readonly Dictionary<string, List<string>> Page = Read();

    [Fact]
    public void The_page_lists_the_routes_of_the_API()
    {
        IEnumerable<string> mapped = server
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(route => $"{route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]} {PathOf(route.RoutePattern.RawText!)}");

        Assert.Equal(
            mapped.Order(),
            Page.Where(section => section.Key is not ("Autoscaler" or SignInSection)).SelectMany(section => section.Value).Order()
        );
    }

    [Fact]
    public void The_page_lists_the_routes_of_the_autoscaler() =>
        Assert.Equal(
            [$"GET {AutoscalerProbes.Health}", $"GET {AutoscalerProbes.Readiness}", $"GET {AutoscalerProbes.Metrics}"],
            Page["Autoscaler"]
        );

    [Fact]
    public void The_page_lists_the_routes_of_the_sign_in_at_an_issuer() =>
        Assert.Equal(
            [$"GET {SignInPaths.Start}", $"GET {SignInPaths.Callback}", $"POST {SignInPaths.Refresh}", $"POST {SignInPaths.SignOut}"],
            Page[SignInSection]
        );

    private static string PathOf(string pattern) => pattern == "/" ? pattern : Constraint().Replace(pattern, "{$1}").TrimEnd('/');

    // By section; paths are relative to what its first sentence says.
    private static Dictionary<string, List<string>> Read()
    {
        var sections = new Dictionary<string, List<string>>();
        List<string> routes = sections[""] = [];
        var prefix = "";
        foreach (string line in File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "reference", "server-routes.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                (routes, prefix) = (sections[line[3..]] = [], "");
            else if (Prefix().Match(line) is { Success: true } start)
                prefix = start.Groups[1].Value;
            else if (Row().IsMatch(line))
                routes.AddRange(
                    Route().Matches(line.Split('|')[1]).Select(one => $"{one.Groups[1].Value} {prefix}{one.Groups[2].Value}".TrimEnd())
                );
        }

        return sections;
    }

    [GeneratedRegex("^All paths start with `([^`]+)`")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^\| `[A-Z]+( |`)")]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Z]+) ?(/[^`]*)?`")]
    private static partial Regex Route();

    [GeneratedRegex(@"\{\*{0,2}(\w+)(:\w+)?\}")]
    private static partial Regex Constraint();
}
