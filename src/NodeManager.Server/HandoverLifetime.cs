using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Server;

/// <summary>
/// The life of a server that another process started: it ends with its standard input, which that process closes, or loses when it dies. Ctrl-C in the
/// terminal of that process is not meant for the server.
/// </summary>
internal sealed class HandoverLifetime : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly TextReader _input;
    private readonly TextWriter _output;
    private Func<ServerAnnouncement>? _link;

    /// <param name="input">Of the parent.</param>
    /// <param name="output">To the parent.</param>
    public HandoverLifetime(TextReader input, TextWriter output) => (_input, _output) = (input, output);

    /// <summary>Of this process, as UTF-8 on every platform.</summary>
    public static HandoverLifetime OfProcess() =>
        new(
            new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)),
            new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" }
        );

    /// <summary>Ends the host; set before it starts.</summary>
    public Action? Stop { get; set; }

    /// <summary>The first line.</summary>
    /// <exception cref="NodeManagerException">ServerStartFailed: it is not a description of a cluster.</exception>
    public ServerHandover ReadHandover()
    {
        try
        {
            if (_input.ReadLine() is { } line && JsonSerializer.Deserialize(line, ServerJson.Default.ServerHandover) is { } handed)
                return handed;
        }
        catch (JsonException)
        {
            // Its message could quote a credential.
        }

        throw new NodeManagerException(
            ErrorIds.ServerStartFailed,
            ErrorKind.InvalidData,
            "serve --handover needs the description of a cluster on standard input.",
            null,
            "Start the server with Start-NodeManagerServer."
        );
    }

    /// <summary>Tells the parent where the server is, and how to get in.</summary>
    /// <param name="announcement">The address and credentials.</param>
    /// <param name="link">Makes a new sign-in link, for later requests of the parent.</param>
    public void Announce(ServerAnnouncement announcement, Func<ServerAnnouncement> link)
    {
        Volatile.Write(ref _link, link);
        Write(announcement);
    }

    /// <summary>Tells the parent why there is no server.</summary>
    public void Report(NodeManagerException problem) =>
        Write(new() { Fault = new(problem.ErrorId, problem.Kind, problem.Message, problem.RecommendedAction ?? "") });

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, static context => context.Cancel = true));
        _signals.Add(
            PosixSignalRegistration.Create(
                PosixSignal.SIGTERM,
                context =>
                {
                    context.Cancel = true;
                    Stop?.Invoke();
                }
            )
        );
        // A thread of its own, as a read of a pipe blocks; it does not keep the process alive.
        new Thread(Watch) { IsBackground = true, Name = "Standard input" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _signals.Clear();
    }

    private void Watch()
    {
        try
        {
            while (_input.ReadLine() is { } line)
                if (line == ServerAnnouncement.LinkRequest && Volatile.Read(ref _link) is { } link)
                    Write(link());
        }
        catch (IOException)
        {
            // The parent has gone.
        }

        Stop?.Invoke();
    }

    private void Write(ServerAnnouncement announcement)
    {
        try
        {
            lock (_output)
                _output.WriteLine(JsonSerializer.Serialize(announcement, ServerJson.Default.ServerAnnouncement));
        }
        catch (IOException)
        {
            // The parent has gone; standard input ends too.
        }
    }
}
