using System.Diagnostics;

namespace NodeManager.Testing;

/// <summary>A program that ran to its end, without input.</summary>
public sealed record ProcessRun(int ExitCode, string Output, string Errors)
{
    /// <exception cref="TimeoutException">It did not end within the limit, and was killed with the programs that it started.</exception>
    public static async Task<ProcessRun> RunAsync(ProcessStartInfo start, TimeSpan limit)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} did not end within {limit}.\n{await output}\n{await errors}");
        }

        return new(process.ExitCode, await output, await errors);
    }
}
