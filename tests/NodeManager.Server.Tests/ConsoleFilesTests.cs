using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using NodeManager.Server.Pages;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>The console is served where there is one, else the small page.</summary>
public sealed class ConsoleFilesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Without_the_console_the_route_page_explains_how_to_build_it()
    {
        string page = await server.Client.GetStringAsync("/");

        Assert.Contains("docs/guides/console.md", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = server.Client.BaseAddress };
        HttpResponseMessage admin = await client.GetAsync("/admin/nodes");
        Assert.Equal((HttpStatusCode.Redirect, "/"), (admin.StatusCode, admin.Headers.Location!.ToString()));
    }

    [Fact]
    public async Task Each_address_of_the_console_shows_its_page_without_credentials()
    {
        using var folder = new TemporaryFolder();
        await using WebApplication console = await ConsoleAsync(folder, server);
        using var client = new HttpClient { BaseAddress = new(console.Urls.First()) };

        foreach (string address in new[] { "/", "/admin", "/admin/nodes", "/admin/nodes/worker-1/drain" })
        {
            HttpResponseMessage answer = await client.GetAsync(address);
            Assert.Equal("<p>console</p>", await answer.Content.ReadAsStringAsync());
            Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task Console_files_are_cacheable_and_compressed()
    {
        using var folder = new TemporaryFolder();
        await using WebApplication console = await ConsoleAsync(folder, server);
        using var client = new HttpClient { BaseAddress = new(console.Urls.First()) };
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip, br");

        HttpResponseMessage script = await client.GetAsync("/assets/index-1.js");

        Assert.Equal("text/javascript; charset=utf-8", script.Content.Headers.ContentType!.ToString());
        Assert.Equal("gzip", Assert.Single(script.Content.Headers.ContentEncoding));
        Assert.Equal(TimeSpan.FromDays(365), script.Headers.CacheControl!.MaxAge);
        await using var text = new GZipStream(await script.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(text);
        Assert.Equal("start();", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("/assets/none.js")]
    [InlineData("/assets/secret.txt")]
    [InlineData("/assets/..%2Findex.html")]
    [InlineData("/assets/..%2F..%2Fsecret.txt")]
    [InlineData("/assets/")]
    public async Task No_other_file_is_served(string path)
    {
        using var folder = new TemporaryFolder();
        await using WebApplication console = await ConsoleAsync(folder, server);
        using var client = new HttpClient { BaseAddress = new(console.Urls.First()) };

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path)).StatusCode);
    }

    private static async Task<WebApplication> ConsoleAsync(TemporaryFolder folder, EmbeddedServer server)
    {
        folder.Write("console/index.html", "<p>console</p>");
        folder.Write("console/assets/index-1.js", "start();");
        folder.Write("console/assets/secret.txt", "of no known type");
        WebApplication app = EmbeddedServer.Serve(server.Session, EmbeddedServer.Token, ConsoleFiles.Read(folder.Path("console")));
        await EmbeddedServer.StartAsync(app);
        return app;
    }
}
