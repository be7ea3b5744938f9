using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using NodeManager;
using NodeManager.Server;
using NodeManager.Server.Access;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.Options;
using NodeManager.Server.Tour;

using WindowsConsole? console = OperatingSystem.IsWindows() ? new() : null;
ServerOptions? options;
try
{
    options = CommandLine.Parse(args, Console.Out, Console.Error);
}
catch (FormatException problem)
{
    await Console.Error.WriteLineAsync(DisplayText.EscapeLines(problem.Message));
    return 2;
}

if (options is null)
    return 0;
if (options.Command == ServerCommand.Token)
{
    string token = AccessSecret.Create();
    Console.WriteLine($"Token (keep it; agents never get it): {token}");
    Console.WriteLine($"Hash (for --approver):                {AccessSecret.HashOf(token)}");
    return 0;
}

// With an agent or a parent process, standard output is the protocol.
var terminal =
    options.Command == ServerCommand.Mcp || options.Handover
        ? new Terminal(Console.Error, false)
        : new Terminal(Console.Out, Terminal.ConsoleHasColor && (!OperatingSystem.IsWindows() || console is { HasColor: true }));
using HandoverLifetime? parent = options.Handover ? HandoverLifetime.OfProcess() : null;
try
{
    if (parent is not null)
        options = options with { Handed = parent.ReadHandover() };
    // Ctrl-C and SIGTERM stop the host, also during its start.
    using IHost host = ServerHost.Build(options, terminal, parent);
    await host.StartAsync();
    if (options.Once)
        await host.StopAsync();
    else
        await host.WaitForShutdownAsync();
    if (host.Services.GetService<AutoscalerService>()?.Failure is { } failure)
        ExceptionDispatchInfo.Throw(failure);
    return !options.Once || host.Services.GetRequiredService<TourService>().HasSucceeded ? 0 : 1;
}
catch (OperationCanceledException)
{
    terminal.Line("Interrupted.");
    return 130;
}
catch (Exception problem)
    when (problem is NodeManagerException or ArgumentException or IOException or UnauthorizedAccessException or SocketException)
{
    parent?.Report(
        problem as NodeManagerException
            ?? new(ErrorIds.ServerStartFailed, ErrorKind.ResourceUnavailable, $"The server did not start: {problem.Message}")
    );
    await Console.Error.WriteLineAsync(DisplayText.EscapeLines(problem.Message));
    if (problem is NodeManagerException { RecommendedAction: { } action })
        await Console.Error.WriteLineAsync(action);
    return 1;
}
