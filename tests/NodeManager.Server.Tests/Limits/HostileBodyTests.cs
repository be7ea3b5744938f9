using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Limits;

/// <summary>Bodies of hostile clients, put to every route that reads one: refused in plain words, without a failure of the server.</summary>
public sealed partial class HostileBodyTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    // No route takes one of these.
    public static TheoryData<string, string> Bodies =>
        new()
        {
            { "cut off", "{" },
            { "empty", "" },
            { "null", "null" },
            { "an array", "[]" },
            { "text", "\"x\"" },
            { "a number beyond any", "1e999999" },
            { "a field that nobody defined", "{\"__proto__\":{\"admin\":true}}" },
            { "nested 5,000 deep", string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000) },
            { "an array 5,000 deep", new string('[', 5000) + new string(']', 5000) },
            { "not UTF-8", "{\"name\":\"\u00ff\u00fe\"}" },
            { "not UTF-8 inside", "{\"spec\":{\"a\":[\"\u00ff\u00fe\"]}}" },
            { "half a character", "{\"name\":\"\\ud800\"}" },
            { "a name twice", "{\"name\":\"a\",\"name\":\"b\"}" },
            { "a name twice inside", "{\"spec\":{\"a\":1,\"a\":2}}" },
            { "two objects", "{}{}" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Every_route_refuses_a_body_that_is(string kind, string body)
    {
        // Latin-1 makes invalid UTF-8 of the one body that has such characters.
        byte[] bytes = Encoding.Latin1.GetBytes(body);
        // A body that a route does not need may be absent.
        List<string> wrong = await AcceptedAsync(
            needed: kind is "empty" or "null",
            () => Json(bytes),
            static (status, text) => (int)status is >= 400 and < 500 && text.Length > 0 && !Internals().IsMatch(text)
        );

        Assert.True(wrong.Count == 0, $"{kind}:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public async Task Every_route_refuses_a_body_beyond_the_limit()
    {
        byte[] large = Encoding.ASCII.GetBytes($"{{\"name\":\"{new string('a', 4 << 20)}\"}}");

        Assert.Empty(
            await AcceptedAsync(needed: false, () => Json(large), static (status, _) => status == HttpStatusCode.RequestEntityTooLarge)
        );
    }

    [Theory]
    [InlineData("/changes", "{\"name\":\"NAME\"}", "\"change\":\"Cordon\",\"dry_run\":true", HttpStatusCode.OK)]
    [InlineData("/drain/plan", "\"NAME\"", "\"delete_emptydir_data\":true", HttpStatusCode.NotFound)]
    public async Task Five_thousand_nodes_fit_into_a_body(string path, string node, string rest, HttpStatusCode expected)
    {
        IEnumerable<string> nodes = Enumerable
            .Range(0, 5000)
            .Select(i => node.Replace("NAME", $"ip-10-0-{i / 250}-{i % 250}.eu-central-1.compute.internal", StringComparison.Ordinal));
        string body = $"{{\"nodes\":[{string.Join(',', nodes)}],{rest}}}";

        using HttpResponseMessage answer = await server.Client.PostAsync(
            new Uri(NodeRoutes.Prefix + "/nodes" + path, UriKind.Relative),
            Json(Encoding.ASCII.GetBytes(body))
        );

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Every_route_refuses_a_form() =>
        Assert.Empty(
            await AcceptedAsync(
                needed: false,
                static () => new FormUrlEncodedContent([new("name", "x")]),
                static (status, _) => status == HttpStatusCode.UnsupportedMediaType
            )
        );

    // The routes that do not refuse a body, with their responses.
    private async Task<List<string>> AcceptedAsync(bool needed, Func<HttpContent> content, Func<HttpStatusCode, string, bool> isRefusal)
    {
        List<string> accepted = [];
        int asked = 0;
        foreach ((string method, string path) in Routes(needed))
        {
            using HttpRequestMessage request = new(new(method), path) { Content = content() };
            // A refusal may come before the body was read, and close the connection.
            request.Headers.ExpectContinue = true;
            using HttpResponseMessage answer = await server.Client.SendAsync(request);
            asked++;
            string text = await answer.Content.ReadAsStringAsync();
            if (!isRefusal(answer.StatusCode, text))
                accepted.Add($"{method} {path}: {(int)answer.StatusCode} {text}");
        }

        Assert.True(asked >= 18, $"Only {asked} routes read a body.");
        return accepted;
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };

    private IEnumerable<(string Method, string Path)> Routes(bool needed) =>
        server
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IAcceptsMetadata>() is { } body && !(needed && body.IsOptional))
            .Select(static route =>
                (route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0], Parameter().Replace(route.RoutePattern.RawText!, "1"))
            );

    [GeneratedRegex(@"\{\*{0,2}\w+(:\w+)?\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"System\.|NodeManager\.|BytePosition|LineNumber|\.NET|\bApi[A-Z]")]
    private static partial Regex Internals();
}
