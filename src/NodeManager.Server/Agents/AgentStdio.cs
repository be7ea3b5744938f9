using ModelContextProtocol.Server;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>
/// The Model Context Protocol over standard input and output, for the agent that started the process. The end of input ends the host.
/// </summary>
/// <param name="input">Null: the process's own streams.</param>
internal sealed class AgentStdio(
    AgentToolset tools,
    ILoggerFactory loggers,
    IHostApplicationLifetime host,
    Stream? input = null,
    Stream? output = null
) : BackgroundService
{
    /// <summary>The user of the process.</summary>
    public static AgentCaller Caller { get; } = new($"stdio-{Environment.UserName}", "stdio");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        McpServerOptions options = tools.For(Caller);
        await using var transport =
            input is not null && output is not null
                ? new StreamServerTransport(input, output, options.ServerInfo!.Name, loggers)
                : new StdioServerTransport(options, loggers);
        await using McpServer server = McpServer.Create(transport, options, loggers, null);
        try
        {
            await server.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            host.StopApplication();
        }
    }
}
