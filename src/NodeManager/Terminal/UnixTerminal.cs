using System.Runtime.InteropServices;

namespace NodeManager.Terminal;

/// <summary>A terminal of Linux or macOS, by termios.</summary>
internal sealed class UnixTerminal : RawTerminal
{
    private const int StandardInput = 0;
    private const int Now = 0;
    private const int Interrupted = 4;

    // Larger than struct termios of all systems.
    private const int LargestState = 256;

    // A read returns after a tenth of a second, with or without a key: macOS does not poll terminals.
    private const byte Tenth = 1;

    private readonly byte[] _before = new byte[LargestState];
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly PosixSignalRegistration _resizes;
    private readonly PosixSignalRegistration _hangUps;
    private volatile bool _isGone;

    public UnixTerminal()
    {
        if (GetState(StandardInput, _before) != 0)
            throw new IOException("The state of the terminal cannot be read.");
        byte[] raw = [.. _before];
        MakeRaw(raw);
        (int minimum, int time) = ControlCharacters;
        raw[minimum] = 0;
        raw[time] = Tenth;
        SetState(StandardInput, Now, raw);
        _resizes = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => OnResized());
        // The window was closed. PowerShell ends after the shell has been cleaned up, at the end of its input.
        _hangUps = PosixSignalRegistration.Create(
            PosixSignal.SIGHUP,
            signal =>
            {
                signal.Cancel = true;
                _isGone = true;
            }
        );
    }

    // VMIN and VTIME: in Linux after four flags of 4 bytes and the line discipline, in macOS after four flags of 8 bytes.
    private static (int Minimum, int Time) ControlCharacters => OperatingSystem.IsMacOS() ? (32 + 16, 32 + 17) : (17 + 6, 17 + 5);

    public override int Read(byte[] buffer, CancellationToken cancellationToken)
    {
        nint count = ReadInput(StandardInput, buffer, buffer.Length);
        if (_isGone)
            return -1;
        if (count >= 0)
            return (int)count;
        return Marshal.GetLastPInvokeError() == Interrupted ? 0 : -1;
    }

    public override void Write(ReadOnlySpan<byte> output) => _output.Write(output);

    public override void Dispose()
    {
        _resizes.Dispose();
        _hangUps.Dispose();
        SetState(StandardInput, Now, _before);
        _output.Dispose();
    }

    [DllImport("libc", EntryPoint = "tcgetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetState(int file, [Out] byte[] state);

    [DllImport("libc", EntryPoint = "tcsetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetState(int file, int when, byte[] state);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void MakeRaw([In, Out] byte[] state);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadInput(int file, [Out] byte[] buffer, nint count);
}
