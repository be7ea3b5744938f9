using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Server.Access;
using NodeManager.Server.Pages;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>The console in a real browser, and its rules without one. The tests themselves are in src/NodeManager.Console.</summary>
public sealed class ConsoleFlowTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "src", "NodeManager.Console");

    [SkippableFact]
    public async Task The_console_works_in_a_browser()
    {
        SkipUnlessBuilt();
        string browser = Environment.GetEnvironmentVariable("NODEMANAGER_CHROMIUM") ?? "/usr/bin/chromium";
        Skip.IfNot(File.Exists(browser), $"There is no browser at {browser}; NODEMANAGER_CHROMIUM names another one.");
        await using WebApplication app = EmbeddedServer.Serve(server.Session, EmbeddedServer.Token, ConsoleFiles.Read(Path.Combine(Folder, "obj", "console")));
        MapHost(app);
        await app.StartAsync();

        await RunAsync("flows", ("NODEMANAGER_URL", app.Urls.First()), ("NODEMANAGER_CHROMIUM", browser));
    }

    [SkippableFact]
    public async Task The_rules_of_the_console_hold()
    {
        SkipUnlessBuilt();
        await RunAsync("test");
    }

    [SkippableFact]
    public async Task The_types_and_the_markup_of_the_console_are_sound()
    {
        SkipUnlessBuilt();
        await RunAsync("check");
    }

    private static void SkipUnlessBuilt() => Skip.IfNot(
        Environment.GetEnvironmentVariable("NODEMANAGER_CONSOLE") == "1" && File.Exists(Path.Combine(Folder, "obj", "console", "index.html")),
        "The console is built and tested where NODEMANAGER_CONSOLE is 1.");

    // What a browser cannot do: be given links and tokens, and have the owner of a budget change it.
    private void MapHost(WebApplication app)
    {
        app.MapPost("/test-host/link", (JsonObject body, SignIns signIns) => signIns.CreateLink((string)body["level"]!)).AllowAnonymous();
        app.MapPost("/test-host/token", () => EmbeddedServer.ViewerToken).AllowAnonymous();
        app.MapPost("/test-host/budget", async (JsonObject body) =>
        {
            KubernetesClient client = server.Session.Connection().Client;
            ServerCapabilities capabilities = await client.GetCapabilitiesAsync(CancellationToken.None);
            await client.PatchAsync(
                Resources.PodDisruptionBudgets(capabilities.BudgetVersion), (string)body["name"]!, (string)body["namespace"]!,
                Patch.Merge(new() { ["spec"] = new JsonObject { ["minAvailable"] = (int)body["min_available"]! } }), subresource: null, RequestOptions.Default,
                CancellationToken.None);
            return Results.NoContent();
        }).AllowAnonymous();
    }

    private static async Task RunAsync(string script, params (string Name, string Value)[] environment)
    {
        bool isWindows = OperatingSystem.IsWindows();
        var start = new ProcessStartInfo(isWindows ? "cmd.exe" : "npm", isWindows ? ["/c", "npm", "run", script] : ["run", script])
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["NO_COLOR"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"npm run {script} ended with exit code {process.ExitCode}.\n{output}\n{await errors}");
    }
}
