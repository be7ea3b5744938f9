using System.Globalization;
using System.Net.Security;
using System.Text;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>
/// Valid requests in which chance has changed a few bytes. NODEMANAGER_FUZZ_REQUESTS says how many, NODEMANAGER_FUZZ_SEED which.
/// Apart from all others, whose memory would be counted too.
/// </summary>
[Collection("Memory")]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long Allowance = 64 * 1024 * 1024;
    private const int Workers = 4;
    private const int RequestsBetweenSweeps = 500;

    [Fact]
    public async Task Random_input_gets_a_valid_response_or_a_closed_connection()
    {
        int count = ProofSize.Read("NODEMANAGER_FUZZ_REQUESTS", 1500),
            seed = ProofSize.Read("NODEMANAGER_FUZZ_SEED", 1);
        using var served = new ServedCluster();
        var mutator = new RequestMutator(served.Token, seed);
        using HttpResponseMessage node = await served.Http.PostAsync(
            "/api/v1/nodes",
            new StringContent(Bodies.Node("a"), Encoding.UTF8, "application/json")
        );
        long before = GC.GetTotalMemory(true);
        var codes = new int[1000];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Workers },
            async (number, _) =>
            {
                byte[] request = mutator.Request(number);
                string answers;
                try
                {
                    answers = await SendAsync(served, request);
                }
                catch (TimeoutException)
                {
                    throw new TimeoutException(Describe(seed, number, request, "nothing, and the connection stays open"));
                }

                Assert.True(
                    RawAnswers.Fault(answers) is not { } fault,
                    Describe(seed, number, request, RawAnswers.Fault(answers) + "\n\n" + answers)
                );
                Interlocked.Increment(ref codes[answers.Length > 12 ? int.Parse(answers.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0]);
                if (number % RequestsBetweenSweeps == 0)
                    await SweepAsync(served);
            }
        );

        await SweepAsync(served);
        using HttpResponseMessage alive = await served.Http.GetAsync("/api/v1/nodes");
        Assert.True(alive.IsSuccessStatusCode);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, Allowance);
        output.WriteLine(
            string.Join(
                ", ",
                codes
                    .Select(static (times, code) => (times, code))
                    .Where(static one => one.times > 0)
                    .Select(static one => $"{one.code}: {one.times}")
            )
        );
    }

    // The connection is half-closed after the input, so that neither side waits.
    private static async Task<string> SendAsync(ServedCluster served, byte[] request)
    {
        await using SslStream stream = await served.ConnectAsync();
        try
        {
            await stream.WriteAsync(request);
            await stream.ShutdownAsync();
            return await ServedCluster.ReadToEndAsync(stream);
        }
        catch (IOException)
        {
            // Closed before all of it was sent.
            return "";
        }
    }

    // What got in by luck would make each list longer than the one before.
    private static async Task SweepAsync(ServedCluster served)
    {
        foreach (
            string path in (string[])
                [
                    "/api/v1/namespaces/default/configmaps",
                    "/api/v1/namespaces/default/pods?gracePeriodSeconds=0",
                    "/apis/apps/v1/namespaces/default/deployments",
                ]
        )
        {
            using HttpResponseMessage swept = await served.Http.DeleteAsync(path);
            Assert.True(swept.IsSuccessStatusCode);
        }
    }

    private static string Describe(int seed, int number, byte[] request, string answer) =>
        $"request {number} of seed {seed}:\n{Encoding.Latin1.GetString(request).Replace("\r", "\\r", StringComparison.Ordinal)}\nwas answered: {answer}";
}
