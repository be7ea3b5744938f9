using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Pages;
using NodeManager.Server.Tests.Serving;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>The console in a real browser, and its rules without one. The tests themselves are in src/NodeManager.Console.</summary>
public sealed class ConsoleFlowTests
{
    internal static readonly string Folder = Path.Combine(RepositoryFolder.Path, "src", "NodeManager.Console");

    internal static readonly string Browser = Environment.GetEnvironmentVariable("NODEMANAGER_CHROMIUM") ?? "/usr/bin/chromium";

    [SkippableFact]
    public async Task The_console_works_in_a_browser()
    {
        SkipUnlessBuilt();
        Skip.IfNot(File.Exists(Browser), $"There is no browser at {Browser}; NODEMANAGER_CHROMIUM names another one.");
        SandboxCluster sandbox = SandboxCluster.Start(new() { Programs = SandboxPrograms.All });
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        await using WebApplication app = EmbeddedServer.Serve(
            session,
            EmbeddedServer.Token,
            ConsoleFiles.Read(Path.Combine(Folder, "obj", "console"))
        );
        MapHost(app, session, sandbox);
        await app.StartAsync();

        await RunAsync("flows", ("NODEMANAGER_URL", app.Urls.First()), ("NODEMANAGER_CHROMIUM", Browser));
    }

    [SkippableFact]
    public async Task The_switch_between_clusters_works_in_a_browser()
    {
        SkipUnlessBuilt();
        Skip.IfNot(File.Exists(Browser), $"There is no browser at {Browser}; NODEMANAGER_CHROMIUM names another one.");
        var clusters = new SeveralClusters();
        try
        {
            await clusters.InitializeAsync();
            string browser = await SignInAsync(
                clusters.Client,
                clusters.Services.GetRequiredService<SignIns>().CreateLink(AccessLevel.Admin)
            );
            string address = clusters.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

            await RunAsync(
                "flows",
                ("NODEMANAGER_URL", address),
                ("NODEMANAGER_SESSION", browser),
                ("NODEMANAGER_CHROMIUM", Browser),
                ("NODEMANAGER_CLUSTERS", "1"),
                ("NODEMANAGER_FLOWS", "another of the clusters")
            );
        }
        finally
        {
            await clusters.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task The_console_reports_frozen_servers_in_a_browser()
    {
        SkipUnlessBuilt();
        Skip.IfNot(File.Exists(Browser), $"There is no browser at {Browser}; NODEMANAGER_CHROMIUM names another one.");
        Skip.If(OperatingSystem.IsWindows(), "There are no signals.");
        Skip.IfNot(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "console")), "The server was built without the console.");
        using TemporaryFolder folder = new();
        await using ServerProcess cluster = ServerProcess.Start(
            "cluster",
            "--port",
            "0",
            "--nodes",
            "8",
            "--kubeconfig",
            folder.Path("kubeconfig")
        );
        await cluster.ReadAsync("is served at");
        await using ServerProcess server = ServerProcess.Start(
            new Dictionary<string, string> { ["KUBECONFIG"] = folder.Path("kubeconfig") },
            "serve",
            "--port",
            "0"
        );
        string[] printed = await server.ReadAsync("Open, once and within 5 minutes:", "Token that changes:");
        await RunAsync(
            "flows",
            ("NODEMANAGER_URL", printed[0].Split('#')[0].TrimEnd('/')),
            ("NODEMANAGER_SESSION", printed[1]),
            ("NODEMANAGER_CHROMIUM", Browser),
            ("NODEMANAGER_SERVER_PID", $"{server.Id}"),
            ("NODEMANAGER_CLUSTER_PID", $"{cluster.Id}"),
            ("NODEMANAGER_FLOWS", "a frozen")
        );
    }

    [SkippableFact]
    public async Task The_unit_tests_of_the_console_pass()
    {
        SkipUnlessBuilt();
        await RunAsync("test");
    }

    [SkippableFact]
    public async Task The_type_check_of_the_console_passes()
    {
        SkipUnlessBuilt();
        await RunAsync("check");
    }

    internal static void SkipUnlessBuilt() =>
        Skip.IfNot(
            Environment.GetEnvironmentVariable("NODEMANAGER_CONSOLE") == "1"
                && File.Exists(Path.Combine(Folder, "obj", "console", "index.html")),
            "The console is built and tested where NODEMANAGER_CONSOLE is 1."
        );

    /// <summary>Uses the secret of a link; the token of the browser session.</summary>
    internal static async Task<string> SignInAsync(HttpClient client, string secret)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync(new Uri("/sign-in", UriKind.Relative), new { secret });
        return (string)(await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!["session"]!;
    }

    // What a browser cannot do: be given links and tokens, and have the owner of a budget change it.
    internal static void MapHost(WebApplication app, NodeManagerSession session, SandboxCluster sandbox)
    {
        app.MapPost("/test-host/link", (JsonObject body, SignIns signIns) => signIns.CreateLink((string)body["level"]!)).AllowAnonymous();
        app.MapPost("/test-host/token", () => EmbeddedServer.ViewerToken).AllowAnonymous();
        app.MapPost(
                "/test-host/fault",
                (JsonObject body) =>
                {
                    var (kind, node) = ((string)body["kind"]!, (string)body["node"]!);
                    if ((bool)body["on"]!)
                        sandbox.SetFault(
                            new()
                            {
                                Kind = kind,
                                Name = $"{kind}-{node}".ToLowerInvariant(),
                                Nodes = [node],
                            }
                        );
                    else
                        sandbox.ClearFault($"{kind}-{node}".ToLowerInvariant());
                    return Results.NoContent();
                }
            )
            .AllowAnonymous();
        app.MapPost(
                "/test-host/autoscaler",
                async () =>
                {
                    await AutoscalerDemo.StartAsync(session);
                    return Results.NoContent();
                }
            )
            .AllowAnonymous();
        app.MapPost(
                "/test-host/agent-plan",
                (JsonObject body, AgentPlanStore plans) =>
                    plans
                        .Add(
                            new("local-viewer", "secret:agent"),
                            (id, now) =>
                                new()
                                {
                                    Id = id,
                                    Change = new()
                                    {
                                        Action = AgentAction.SetLabels,
                                        Nodes = ["gpu-1b-01"],
                                        Labels = new Dictionary<string, string> { ["team"] = "ml" },
                                        Reason = (string)body["reason"]!,
                                    },
                                    By = new("local-viewer", "secret:agent"),
                                    Steps = ["Set label team=ml on node gpu-1b-01."],
                                    Warnings = [],
                                    RequestedAt = now,
                                    ExpiresAt = now + AgentPlanStore.WaitForApproval,
                                    Nodes = [new() { Name = "gpu-1b-01", Status = "Ready" }],
                                }
                        )
                        .Id
            )
            .AllowAnonymous();
        app.MapPost(
                "/test-host/condition",
                async (JsonObject body) =>
                {
                    var condition = new JsonObject
                    {
                        ["type"] = (string)body["type"]!,
                        ["status"] = "True",
                        ["reason"] = "Reported",
                        ["message"] = (string)body["message"]!,
                    };
                    await session
                        .Connection()
                        .Client.PatchAsync(
                            Resources.Nodes,
                            (string)body["node"]!,
                            null,
                            Patch.Strategic(new() { ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) } }),
                            "status",
                            RequestOptions.Default,
                            CancellationToken.None
                        );
                    return Results.NoContent();
                }
            )
            .AllowAnonymous();
        app.MapPost(
                "/test-host/budget",
                async (JsonObject body) =>
                {
                    KubernetesClient client = session.Connection().Client;
                    ServerCapabilities capabilities = await client.GetCapabilitiesAsync(CancellationToken.None);
                    await client.PatchAsync(
                        Resources.PodDisruptionBudgets(capabilities.BudgetVersion),
                        (string)body["name"]!,
                        (string)body["namespace"]!,
                        Patch.Merge(new() { ["spec"] = new JsonObject { ["minAvailable"] = (int)body["min_available"]! } }),
                        subresource: null,
                        RequestOptions.Default,
                        CancellationToken.None
                    );
                    return Results.NoContent();
                }
            )
            .AllowAnonymous();
    }

    internal static async Task RunAsync(string script, params (string Name, string Value)[] environment)
    {
        bool isWindows = OperatingSystem.IsWindows();
        var start = new ProcessStartInfo(isWindows ? "cmd.exe" : "npm", isWindows ? ["/c", "npm", "run", script] : ["run", script])
        {
            WorkingDirectory = Folder,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["NO_COLOR"] = "1";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        ProcessRun run = await ProcessRun.RunAsync(start, TimeSpan.FromMinutes(20));
        Assert.True(run.ExitCode == 0, $"npm run {script} ended with exit code {run.ExitCode}.\n{run.Output}\n{run.Errors}");
    }
}
