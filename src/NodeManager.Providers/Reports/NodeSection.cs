using System.Globalization;

namespace NodeManager.Providers.Reports;

internal static class NodeSection
{
    public static void Write(HtmlWriter html, NodeDrainResult result, TimeScale scale, string anchor)
    {
        html.Open("section", ("id", anchor))
            .Open("h2")
            .Element("bdi", result.Node)
            .Element("span", result.Status, ("class", $"status {Colour(result.Status)}"))
            .Close();
        html.Element("p", result.Message);
        string cordoned = result.Cordoned ? "The node is cordoned." : "The node is not cordoned.";
        html.Element(
            "p",
            $"{DrainReportPage.Moment(result.StartedAt)}, {DrainReportPage.Length(result.Duration)}. {cordoned}",
            ("class", "soft")
        );
        Blockers(html, result);
        Warnings(html, result);
        Timeline.Write(html, result, scale);
        Pods(html, result);
        html.Close();
    }

    internal static string Colour(string status) =>
        status switch
        {
            NodeDrainStatus.Drained => "good",
            NodeDrainStatus.Cancelled => "warn",
            _ => "bad",
        };

    private static string ColourOf(NodeDrainPod pod) =>
        pod switch
        {
            { Forced.Count: > 0 } or { Outcome: DrainPodOutcome.NotAttempted or DrainPodOutcome.Terminating or DrainPodOutcome.Returned } =>
                "warn",
            { Outcome: DrainPodOutcome.Blocked or DrainPodOutcome.Refused or DrainPodOutcome.Failed } => "bad",
            { Outcome: DrainPodOutcome.Skipped } => "soft",
            _ => "good",
        };

    private static void Blockers(HtmlWriter html, NodeDrainResult result)
    {
        if (result.Blockers.Count == 0)
            return;
        html.Element("h3", "Blockers").Open("table", ("class", "blockers")).Open("thead").Open("tr");
        foreach (string column in (string[])["Kind", "Name", "Outlook", "Cause", "Remedy", "Pods"])
            html.Element("th", column);
        html.Close().Close().Open("tbody");
        foreach (NodeDrainBlocker blocker in result.Blockers)
        {
            html.Open("tr")
                .Element("td", blocker.Kind, ("class", "name"))
                .Element("td", blocker.Name, ("class", "key"))
                .Element("td", blocker.Outlook)
                .Open("td")
                .Text(blocker.Message);
            foreach (UnhealthyPod pod in blocker.UnhealthyPods)
                html.Void("br").Text($"Not ready: {pod}");
            foreach (string happened in blocker.Events)
                html.Void("br").Text(happened);
            html.Close().Element("td", blocker.Remedy).Element("td", blocker.Pods.ToString()).Close();
        }

        html.Close().Close();
    }

    private static void Warnings(HtmlWriter html, NodeDrainResult result)
    {
        if (result.Warnings.Count == 0)
            return;
        html.Element("h3", "Warnings").Open("ul");
        foreach (string warning in result.Warnings)
            html.Element("li", warning);
        html.Close();
    }

    private static void Pods(HtmlWriter html, NodeDrainResult result)
    {
        if (result.Pods.Count == 0)
            return;
        html.Open("details", ("open", ""))
            .Element("summary", "Pods")
            .Open("div", ("class", "scroll"))
            .Open("table")
            .Open("thead")
            .Open("tr");
        foreach (string column in (string[])["Pod", "Owner", "Outcome", "Start", "End"])
            html.Element("th", column);
        html.Element("th", "Took", ("class", "number"))
            .Element("th", "Asked", ("class", "number"))
            .Element("th", "Why")
            .Close()
            .Close()
            .Open("tbody");
        foreach (NodeDrainPod pod in result.Pods)
        {
            string outcome = pod.Forced.Count == 0 ? pod.Outcome : $"{pod.Outcome} ({pod.Forced})";
            html.Open("tr")
                .Element("td", $"{pod.Namespace}/{pod.Name}")
                .Element("td", pod.Owner)
                .Element("td", outcome, ("class", $"name {ColourOf(pod)}"))
                .Element("td", pod.StartedAt is { } start ? DrainReportPage.Clock(start) : "", ("class", "time"))
                .Element("td", pod.EndedAt is { } end && pod.StartedAt is not null ? DrainReportPage.Clock(end) : "", ("class", "time"))
                .Element("td", pod.Duration is { } took ? DrainReportPage.Length(took) : "", ("class", "number"))
                .Element("td", pod.Attempts.ToString(CultureInfo.InvariantCulture), ("class", "number"))
                .Open("td")
                .Text(pod.Reason);
            foreach (NodeDrainResponder responder in pod.Responders)
                Responder(html, responder);
            html.Close().Close();
        }

        html.Close().Close().Close().Close();
    }

    private static void Responder(HtmlWriter html, NodeDrainResponder responder)
    {
        string since = responder.StartedAt is { } start ? $" {DrainReportPage.Second(start)}" : "";
        string until = (responder.CompletedAt ?? responder.HeartbeatAt) is { } end ? $" to {DrainReportPage.Second(end)}" : "";
        html.Open("div", ("class", "soft responder")).Element("bdi", responder.Name).Text($": {responder.State}{since}{until}");
        if (responder.Message.Length > 0)
            html.Void("br").Text(responder.Message);
        html.Close();
    }
}
