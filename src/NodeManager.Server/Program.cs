using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server;
using NodeManager.Server.Api;
using NodeManager.Server.Tour;
using NodeManager.Sessions;
using var stop = new CancellationTokenSource();

ServerOptions options;
try
{
    options = ServerOptions.Parse(args);
}
catch (FormatException problem)
{
    await Console.Error.WriteLineAsync(DisplayText.EscapeLines(problem.Message));
    await Console.Error.WriteLineAsync(ServerOptions.Usage);
    return 2;
}

if (options.Help)
{
    Console.WriteLine(ServerOptions.Usage);
    return 0;
}

Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

// As Ctrl-C: a service manager's stop leaves no kubeconfig behind either.
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});

var terminal = new Terminal(Console.Out, Terminal.ConsoleHasColor);
try
{
    if (options.ClusterPort is not null)
    {
        await ClusterService.RunAsync(options, terminal, stop.Token);
        return 0;
    }

    long started = TimeProvider.System.GetTimestamp();
    SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = options.Nodes, Seed = options.Seed, Version = options.Version, Programs = SandboxPrograms.All });
    using NodeManagerSession session = await SessionFactory.ConnectAsync(
        "sandbox", sandbox.Server, sandbox.CreateTransport(), sandbox, NullLogger.Instance, sandbox.Time, stop.Token);
    TimeSpan startup = TimeProvider.System.GetElapsedTime(started);

    bool succeeded = await new ClusterTour(session, terminal).RunAsync(startup, stop.Token);
    if (options.Once) return succeeded ? 0 : 1;

    await NodeApi.ServeAsync(session, options.Port, terminal, stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    terminal.Line("Interrupted.");
    return 130;
}
catch (Exception problem) when (problem is NodeManagerException or ArgumentException or IOException or UnauthorizedAccessException or SocketException)
{
    await Console.Error.WriteLineAsync(DisplayText.EscapeLines(problem.Message));
    if (problem is NodeManagerException { RecommendedAction: { } action }) await Console.Error.WriteLineAsync(action);
    return 1;
}
