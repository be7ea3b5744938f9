namespace NodeManager.Terminal;

/// <summary>
/// The terminal of this process, whose keys go to another program as they are: also Ctrl-C, without echo. Disposing it restores the terminal.
/// </summary>
internal abstract class RawTerminal : IDisposable
{
    /// <summary>True if input and output are a terminal.</summary>
    public static bool IsAvailable => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Raised when the size of the window changes.</summary>
    public event Action? Resized;

    public static RawTerminal Open() => OperatingSystem.IsWindows() ? new WindowsTerminal() : new UnixTerminal();

    /// <summary>Waits for keys on this thread, so that no read is pending at the end, which would take a key of the prompt.</summary>
    /// <returns>The number of bytes; 0 for none, -1 if the terminal is gone.</returns>
    public abstract int Read(byte[] buffer, CancellationToken cancellationToken);

    public abstract void Write(ReadOnlySpan<byte> output);

    public abstract void Dispose();

    protected void OnResized() => Resized?.Invoke();
}
