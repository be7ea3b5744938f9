using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace NodeManager.Terminal;

/// <summary>A terminal of Linux or macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixTerminal : RawTerminal
{
    private const int StandardInput = 0;
    private const int Now = 0;
    private const short Readable = 1;

    // Larger than struct termios of all systems, whose layout differs: it is passed on as it is.
    private const int LargestState = 256;

    private readonly byte[] _before = new byte[LargestState];
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly AnonymousPipeServerStream _wake = new(PipeDirection.Out);
    private readonly PosixSignalRegistration _resizes;
    private readonly PosixSignalRegistration _hangUps;

    public UnixTerminal()
    {
        if (GetState(StandardInput, _before) != 0)
            throw new IOException("The state of the terminal cannot be read.");
        byte[] raw = [.. _before];
        MakeRaw(raw);
        _ = SetState(StandardInput, Now, raw);
        _resizes = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => OnResized());
        // The window was closed, which ends the input. PowerShell ends after the shell has been cleaned up.
        _hangUps = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true);
    }

    public override int Read(byte[] buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wakes = cancellationToken.Register(() => _wake.WriteByte(0));
        PollEvent[] events =
        [
            new() { File = StandardInput, Events = Readable },
            new() { File = (int)_wake.ClientSafePipeHandle.DangerousGetHandle(), Events = Readable },
        ];
        if (Poll(events, events.Length, Timeout.Infinite, out _) != 0)
            return -1;
        if (events[0].Triggered == 0)
            return 0;
        return ReadInput(StandardInput, buffer, buffer.Length) is > 0 and int count ? count : -1;
    }

    public override void Write(ReadOnlySpan<byte> output) => _output.Write(output);

    public override void Dispose()
    {
        _resizes.Dispose();
        _hangUps.Dispose();
        _ = SetState(StandardInput, Now, _before);
        _output.Dispose();
        _wake.DisposeLocalCopyOfClientHandle();
        _wake.Dispose();
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

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll([In, Out] PollEvent[] events, int count, int milliseconds, out int triggered);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadInput(nint file, [Out] byte[] buffer, int count);

    /// <summary>As .NET defines it for all systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollEvent
    {
        public int File;
        public short Events;
        public short Triggered;
    }
}
