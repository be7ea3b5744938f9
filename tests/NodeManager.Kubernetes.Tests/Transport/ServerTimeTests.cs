using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Transport;

public sealed class ServerTimeTests
{
    [Fact]
    public async Task The_server_time_is_that_of_the_last_response()
    {
        ManualTimeProvider clock = new();
        TimeSpan? ahead = TimeSpan.FromMinutes(3);
        using KubernetesClient client = new(
            new("http://test.invalid/"),
            new StubHandler(_ =>
            {
                HttpResponseMessage answer = StubHandler.Json("""{"gitVersion":"v1.34.2","minor":"34"}""");
                answer.Headers.Date = clock.GetUtcNow() + ahead;
                return answer;
            }),
            new() { Time = clock }
        );
        DateTimeOffset before = client.ServerTime;

        await client.GetVersionAsync(default);
        clock.Advance(TimeSpan.FromSeconds(10));
        DateTimeOffset after = client.ServerTime;
        // An answer without a date says nothing.
        ahead = null;
        await client.GetVersionAsync(default);

        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromSeconds(10), before);
        Assert.InRange(after - clock.GetUtcNow(), TimeSpan.FromMinutes(3) - TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3));
        Assert.Equal(after, client.ServerTime);
    }
}
