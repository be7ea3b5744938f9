using System.Xml.Linq;
using NodeManager.Providers.Reports;

namespace NodeManager.Core.Tests.Drain.Page;

public sealed class DrainReportPageTests
{
    private const string Hostile = "<script>alert(\"1\")</script> & 'x' \u202Egnp.exe \u0007";
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Hostile_text_is_escaped_in_every_place()
    {
        string page = DrainReportPage.Render([Result(Hostile)], Start);

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\u202E", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\u0007", page, StringComparison.Ordinal);
        Assert.Contains(
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; \uFFFDgnp.exe \uFFFD",
            page,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_page_is_self_contained_and_its_policy_forbids_other_content()
    {
        string page = DrainReportPage.Render([Result("a")], Start);

        Assert.Contains("default-src &#39;none&#39;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" href=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_several_nodes_links_only_to_their_sections()
    {
        string page = DrainReportPage.Render([Result("a"), Result("b")], Start);

        Assert.Equal(
            ["#node-1", "#node-2"],
            System.Text.RegularExpressions.Regex.Matches(page, " href=\"([^\"]*)\"").Select(m => m.Groups[1].Value)
        );
        Assert.Contains("<section id=\"node-2\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Responders_are_shown_with_state_times_and_message()
    {
        NodeDrainResponder mover = new()
        {
            Name = "acme.io/mover",
            State = "Completed",
            Message = "moved to b",
            StartedAt = Start,
            CompletedAt = Start + TimeSpan.FromSeconds(4),
        };
        NodeDrainResult result = new()
        {
            Node = "a",
            Status = NodeDrainStatus.Drained,
            StartedAt = Start,
            Duration = TimeSpan.FromSeconds(10),
            Pods = new([
                new()
                {
                    Node = "a",
                    Namespace = "default",
                    Name = "vm",
                    Outcome = DrainPodOutcome.Evicted,
                    Responders = new([mover]),
                },
            ]),
            Timeline = new([
                new()
                {
                    Node = "a",
                    Pod = "default/vm",
                    Step = DrainStep.Request,
                    Detail = "EvictionRequest",
                    StartedAt = Start,
                    EndedAt = Start + TimeSpan.FromSeconds(1),
                },
                new()
                {
                    Node = "a",
                    Pod = "default/vm",
                    Step = DrainStep.Responder,
                    Detail = mover.Name,
                    State = mover.State,
                    Message = mover.Message,
                    StartedAt = Start + TimeSpan.FromSeconds(1),
                    EndedAt = Start + TimeSpan.FromSeconds(5),
                },
            ]),
        };

        string page = DrainReportPage.Render([result], Start);

        Assert.Contains("<bdi>acme.io/mover</bdi>: Completed 10:00:00 to 10:00:04<br>moved to b", page, StringComparison.Ordinal);
        Assert.Contains(
            "eviction requested by EvictionRequest 1.0 s, handled by responder acme.io/mover (completed) 4.0 s",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("<td>acme.io/mover: Completed, moved to b</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_element_that_is_opened_is_closed()
    {
        string page = DrainReportPage.Render([Result("a"), Result("b")], Start);
        string well = page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal);
        foreach (string empty in (string[])["meta", "br"])
            well = System.Text.RegularExpressions.Regex.Replace(well, $"<{empty}([^>]*)>", $"<{empty}$1/>");

        XElement html = XDocument.Parse(well).Root!;

        Assert.Equal(2, html.Descendants("section").Count());
        Assert.Equal(
            ["Node", "Pod", "Step", "Start", "End", "Duration", "What"],
            html.Descendants("table").Last().Descendants("th").Select(h => h.Value)
        );
    }

    [Fact]
    public void Bars_of_all_nodes_share_one_time_scale()
    {
        NodeDrainResult first = Result("a");
        NodeDrainResult second = Result("b", TimeSpan.FromSeconds(10));

        TimeScale scale = TimeScale.Of([first, second]);

        Assert.Equal((0, 500), scale.Place(Start, Start + TimeSpan.FromSeconds(10)));
        Assert.Equal((500, 2), scale.Place(Start + TimeSpan.FromSeconds(10), Start + TimeSpan.FromSeconds(10)));
        Assert.Equal((998, 2), scale.Place(Start + TimeSpan.FromSeconds(20), Start + TimeSpan.FromSeconds(20)));
        Assert.Equal(["0", "5 s", "10 s", "15 s", "20 s"], scale.Ticks().Select(t => t.Label));
        Assert.Equal([0, 25, 50, 75, 100], scale.Ticks().Select(t => t.Percent));
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(0.3, 6)]
    [InlineData(59, 7)]
    [InlineData(3_000, 7)]
    [InlineData(100_000, 7)]
    [InlineData(10_000_000, 7)]
    public void The_time_axis_has_few_ticks_for_any_duration(double seconds, int most)
    {
        NodeDrainResult result = new()
        {
            Node = "n",
            Status = NodeDrainStatus.Drained,
            StartedAt = Start,
            Duration = TimeSpan.FromSeconds(seconds),
        };
        TimeScale scale = TimeScale.Of([result]);

        Assert.InRange(scale.Ticks().Count, 2, most);
    }

    [Fact]
    public void The_page_of_a_drain_without_evictions_has_no_timeline()
    {
        NodeDrainResult refused = new()
        {
            Node = "n",
            Status = NodeDrainStatus.Blocked,
            StartedAt = Start,
        };

        string page = DrainReportPage.Render([refused], Start);

        Assert.DoesNotContain("<svg", page, StringComparison.Ordinal);
        Assert.Contains("Blocked", page, StringComparison.Ordinal);
    }

    private static NodeDrainResult Result(string word, TimeSpan after = default) =>
        new()
        {
            Cluster = word,
            Node = word,
            Status = NodeDrainStatus.TimedOut,
            By = word,
            Reason = word,
            Message = word,
            StartedAt = Start + after,
            Duration = TimeSpan.FromSeconds(10),
            Warnings = new([word]),
            Blockers = new([
                new()
                {
                    Kind = word,
                    Name = word,
                    Message = word,
                    Remedy = word,
                    Outlook = word,
                    Pods = new([word]),
                    UnhealthyPods = new([
                        new()
                        {
                            Namespace = word,
                            Name = word,
                            Reason = word,
                        },
                    ]),
                },
            ]),
            Pods = new([
                new()
                {
                    Node = word,
                    Namespace = word,
                    Name = word,
                    Owner = word,
                    Outcome = word,
                    Reason = word,
                    Forced = new([word]),
                    Responders = new([
                        new()
                        {
                            Name = word,
                            State = word,
                            Message = word,
                        },
                    ]),
                },
            ]),
            Timeline = new([
                new()
                {
                    Node = word,
                    Pod = word,
                    Step = word,
                    Detail = word,
                    State = word,
                    Message = word,
                    StartedAt = Start + after,
                    EndedAt = Start + after + TimeSpan.FromSeconds(5),
                },
            ]),
        };
}
