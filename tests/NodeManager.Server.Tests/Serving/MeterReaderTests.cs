using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Metrics;

namespace NodeManager.Server.Tests.Serving;

/// <summary>Types of instruments in the text for Prometheus.</summary>
public sealed class MeterReaderTests
{
    [Fact]
    public void Counters_of_every_type_are_exported_as_counters()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        using MeterReader reader = new(meters);
        Meter meter = meters.Create("NodeManager.Test");
        meter.CreateCounter<long>("test.requests").Add(2);
        meter.CreateCounter<double>("test.seconds").Add(1.5);
        meter.CreateUpDownCounter<long>("test.open").Add(3);
        meter.CreateObservableCounter("test.bytes", static () => 7L);
        meter.CreateObservableGauge("test.load", static () => 0.5);

        string text = reader.Format();

        foreach (
            string line in (string[])
                [
                    "# TYPE test_requests_total counter",
                    "test_requests_total 2",
                    "# TYPE test_seconds_total counter",
                    "test_seconds_total 1.5",
                    "# TYPE test_bytes_total counter",
                    "test_bytes_total 7",
                    "# TYPE test_open gauge",
                    "test_open 3",
                    "# TYPE test_load gauge",
                    "test_load 0.5",
                ]
        )
            Assert.Contains(line, text.Split('\n'));
    }
}
