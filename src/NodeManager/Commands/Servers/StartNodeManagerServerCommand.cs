using System.Globalization;
using NodeManager.Pipeline;
using NodeManager.Providers.ServerProcesses;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Starts a server with the console and the REST API for a session's cluster.</summary>
[Cmdlet(VerbsLifecycle.Start, "NodeManagerServer", SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerServer))]
public sealed class StartNodeManagerServerCommand : SessionCmdlet, ILocalChange
{
    private ServerProgram? _program;
    private string? _log;

    /// <summary>The port on 127.0.0.1; 0 selects a free one.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>Agents may request changes; a person approves each.</summary>
    [Parameter]
    public SwitchParameter AllowAgentChange { get; set; }

    /// <summary>Receives the server's log and audit lines.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
        _log = LogPath is null ? null : GetUnresolvedProviderPathFromPSPath(LogPath);
    }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            string port = Port == 0 ? "a free port" : string.Create(CultureInfo.InvariantCulture, $"port {Port}");
            if (!ShouldProcessLocally($"{port} of 127.0.0.1", $"Start a server for cluster '{session.Cluster}'"))
                continue;
            // The folder of the module; its assemblies are in bin.
            _program ??= ServerProgram.Find(Path.GetDirectoryName(Path.GetDirectoryName(GetType().Assembly.Location))!);
            Sessions.StartIn(session, session, worker => StartAsync(session, worker));
        }
    }

    private async Task StartAsync(NodeManagerSession session, Worker worker)
    {
        ServerProcess started = await ServerRegistry.StartAsync(session, () => LaunchOf(session), worker.Token);
        worker.Verbose($"The server for cluster '{session.Cluster}' listens at {started.Server}, process {started.Server.ProcessId}.");
        ServerSelection.Show(started.Server, worker);
        worker.Output(started.Server);
    }

    private ServerLaunch LaunchOf(NodeManagerSession session)
    {
        (ServerHandover handover, IDisposable? front) = SessionHandover.Of(session);
        string[] arguments = ["serve", "--handover", "--port", Port.ToString(CultureInfo.InvariantCulture)];
        return new()
        {
            Start = _program!.Start(AllowAgentChange ? [.. arguments, "--agent-changes"] : arguments),
            Handover = handover,
            Session = session,
            Timeout = Timeout,
            LogPath = _log,
            Owned = front,
        };
    }
}
