using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Agents;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Limits;

/// <summary>The audit in a file: complete, of bounded size, and without secrets.</summary>
public sealed class AuditFileTests : IDisposable
{
    private const string Secret = "never-written";

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.Path("audit.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_mutating_request_is_one_line_also_if_it_is_refused()
    {
        using NodeManagerSession session = await ConnectAsync();
        // A request of MCP is not a change: its tools write the lines of what they do.
        List<string> expected = [];
        await using (WebApplication app = EmbeddedServer.Serve(session, EmbeddedServer.Token, add: AddFile))
        {
            await EmbeddedServer.StartAsync(app);
            using HttpClient client = new() { BaseAddress = new(app.Urls.First()) };
            foreach (RouteEndpoint route in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
            {
                string path = System.Text.RegularExpressions.Regex.Replace(route.RoutePattern.RawText!, @"\{\*{0,2}\w+(:long)?\}", "1");
                foreach (string method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                {
                    if (method == "GET" || path.TrimEnd('/') == AgentEndpoint.Path)
                        continue;
                    foreach (string? token in (string?[])[null, EmbeddedServer.ViewerToken, EmbeddedServer.Token])
                        expected.Add(await SendAsync(client, method, path, token));
                }
            }

            await app.StopAsync();
        }

        JsonObject[] requests =
        [
            .. (await File.ReadAllLinesAsync(FilePath))
                .Select(static line => JsonNode.Parse(line)!.AsObject())
                .Where(static one => one["path"] is not null),
        ];
        Assert.InRange(expected.Count, 3 * 40, 3 * 200);
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            requests
                .Select(static one => $"{one["request"]} {one["method"]} {one["path"]} {one["who"]} {one["result"]}")
                .Order(StringComparer.Ordinal)
        );
        Assert.Contains(requests, static one => (int)one["result"]! == 401);
        Assert.Contains(requests, static one => (int)one["result"]! == 403 && (string?)one["who"] == "local-viewer");
        Assert.All(
            requests,
            static one =>
            {
                Assert.Equal("127.0.0.1", (string?)one["from"]);
                Assert.True((double)one["milliseconds"]! >= 0);
                Assert.EndsWith("Z", (string?)one["at"], StringComparison.Ordinal);
            }
        );
        string text = await File.ReadAllTextAsync(FilePath);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(EmbeddedServer.Token, text, StringComparison.Ordinal);
        Assert.DoesNotContain(EmbeddedServer.ViewerToken, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_rotate_by_size_and_the_oldest_is_deleted()
    {
        using (AuditFile file = new(new(FilePath, 40, 3)))
        {
            for (int i = 0; i < 9; i++)
                file.Write($"{i}-{new string('x', 15)}");
            file.Write(new string('y', 100));
        }

        Assert.Equal(["audit.json", "audit.json.1", "audit.json.2"], Names());
        Assert.Equal(101, new FileInfo(FilePath).Length);
        Assert.StartsWith("8-", File.ReadAllText(FilePath + ".1"), StringComparison.Ordinal);
        Assert.Equal(["6", "7"], File.ReadLines(FilePath + ".2").Select(static line => line[..1]));
    }

    [Fact]
    public void A_restart_appends_and_others_cannot_read()
    {
        using (AuditFile first = new(new(FilePath, 100, 2)))
            first.Write("a");
        using (AuditFile second = new(new(FilePath, 100, 2)))
        {
            second.Write("b");
            // Readers are not locked out.
            Assert.Equal(["a", "b"], File.ReadLines(FilePath));
        }

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void One_file_stays_one_file()
    {
        using (AuditFile file = new(new(FilePath, 3, 1)))
        {
            file.Write("a");
            file.Write("b");
        }

        Assert.Equal(["audit.json"], Names());
        Assert.Equal(["b"], File.ReadLines(FilePath));
    }

    [Fact]
    public void A_file_of_another_server_and_a_missing_folder_fail_the_start()
    {
        using AuditFile file = new(new(FilePath, 100, 2));

        foreach (string path in (string[])[FilePath, _folder.Path("none/audit.json"), Path.GetDirectoryName(FilePath)!])
        {
            NodeManagerException refused = Assert.Throws<NodeManagerException>(() => new AuditFile(new(path, 100, 2)));
            Assert.Equal(ErrorIds.AuditFileUnavailable, refused.ErrorId);
        }

        // The first one is not disturbed.
        file.Write("a");
        Assert.Equal(["a"], File.ReadLines(FilePath));
    }

    [Fact]
    public void A_line_that_cannot_be_written_is_reported_and_the_next_one_is_written()
    {
        string folder = Directory.CreateDirectory(_folder.Path("log")).FullName;
        using AuditFile file = new(new(Path.Combine(folder, "audit.json"), 2, 2));
        file.Write("a");
        // A folder in the way of the rotation.
        Directory.CreateDirectory(Path.Combine(folder, "audit.json.1", "full"));

        Assert.ThrowsAny<Exception>(() => file.Write("b"));

        Directory.Delete(Path.Combine(folder, "audit.json.1"), recursive: true);
        file.Write("c");
        Assert.Contains("c", File.ReadLines(Path.Combine(folder, "audit.json")));
    }

    private void AddFile(IServiceCollection services) => services.AddSingleton(_ => new AuditFile(new(FilePath, long.MaxValue, 1)));

    private string[] Names() =>
        [
            .. Directory
                .GetFiles(Path.GetDirectoryName(FilePath)!)
                .Select(static one => Path.GetFileName(one)!)
                .Order(StringComparer.Ordinal),
        ];

    // The line that is expected, without time and duration.
    private static async Task<string> SendAsync(HttpClient client, string method, string path, string? token)
    {
        using HttpRequestMessage request = new(new(method), path + "?reason=" + Secret);
        if (method is "POST" or "PUT" or "PATCH")
            request.Content = new StringContent($$"""{"{{Secret}}":"{{Secret}}"}""", new MediaTypeHeaderValue("application/json"));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using HttpResponseMessage answer = await client.SendAsync(request);
        string id = Assert.Single(answer.Headers.GetValues(AuditLog.RequestHeader));
        string who = token switch
        {
            null => "anonymous",
            EmbeddedServer.Token => "local-admin",
            _ => "local-viewer",
        };
        // Two lines of one second may be beyond the limit of anonymous callers.
        if (token is null)
            await Task.Delay(20);
        return string.Create(CultureInfo.InvariantCulture, $"{id} {method} {path} {who} {(int)answer.StatusCode}");
    }

    private static async Task<NodeManagerSession> ConnectAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 5, Programs = SandboxPrograms.All });
        return await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
    }
}
