using System.Net.WebSockets;
using NodeManager.Kubernetes.Streaming;

namespace NodeManager.Terminal;

/// <summary>Connects a terminal with a program: keys, output and the size of the window.</summary>
internal static class TerminalSession
{
    // A shell ends with its input; a program that it runs may not.
    private static readonly TimeSpan HangUpLimit = TimeSpan.FromSeconds(1);

    /// <returns>How the program ended; null if the connection or the terminal ended before it.</returns>
    /// <exception cref="WebSocketException">The connection was lost.</exception>
    public static async Task<ExecResult?> RunAsync(ExecConnection program, RawTerminal terminal, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var hungUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        terminal.Resized += () => _ = ResizeAsync(program, ended.Token);
        await ResizeAsync(program, ended.Token);
        Task keys = Task.Factory.StartNew(
            () => SendKeys(program, terminal, hungUp, ended.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        try
        {
            return await program.ReadAsync(terminal.Write, hungUp.Token);
        }
        catch (OperationCanceledException) when (hungUp.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await ended.CancelAsync();
            // The terminal is restored when no read is in progress.
            await keys.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Blocks its thread. A failure to send is a lost connection, which the reader reports.
    private static void SendKeys(ExecConnection program, RawTerminal terminal, CancellationTokenSource hungUp, CancellationToken ended)
    {
        byte[] buffer = new byte[4096];
        int count;
        while ((count = terminal.Read(buffer, ended)) >= 0 && !ended.IsCancellationRequested)
            if (count > 0)
                program.WriteAsync(buffer.AsMemory(0, count), ended).GetAwaiter().GetResult();
        if (count < 0)
            hungUp.CancelAfter(program.CloseInputAsync(ended).GetAwaiter().GetResult() ? HangUpLimit : TimeSpan.Zero);
    }

    private static async Task ResizeAsync(ExecConnection program, CancellationToken cancellationToken)
    {
        try
        {
            await program.ResizeAsync(Console.WindowWidth, Console.WindowHeight, cancellationToken);
        }
        catch (Exception failure)
            when (failure is IOException or WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The shell works without its size, and the reader reports a lost connection.
        }
    }
}
