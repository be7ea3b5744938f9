using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Ownership;

namespace NodeManager.Conformance.PassiveKinds;

/// <summary>Kinds that manifests of applications hold and that the embedded cluster stores without acting on them.</summary>
public sealed class PassiveKindTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_CronJob_keeps_its_history_fields_and_gets_defaults(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonNode made = (
            await PostAsync(
                cluster,
                CronGroup(cluster),
                "cronjobs",
                "CronJob",
                """
                {"schedule":"*/5 0-6 * jan mon","successfulJobsHistoryLimit":7,"suspend":true,
                 "jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]}}}}}
                """
            )
        ).Must(HttpStatusCode.Created);

        JsonNode spec = made["spec"]!;
        Assert.Equal(
            (7, 1, "Allow", true),
            (
                (int)spec["successfulJobsHistoryLimit"]!,
                (int)spec["failedJobsHistoryLimit"]!,
                (string)spec["concurrencyPolicy"]!,
                (bool)spec["suspend"]!
            )
        );
        Assert.Equal("Always", (string?)spec["jobTemplate"]!["spec"]!["template"]!["spec"]!["containers"]![0]!["imagePullPolicy"]);
        Assert.Null(spec["jobTemplate"]!["spec"]!["backoffLimit"]);
    }

    [SkippableTheory]
    [AllBackends("* * * *", "expected exactly 5 fields, found 4: [* * * *]")]
    [AllBackends("61 * * * *", "end of range (61) above maximum (59): 61")]
    [AllBackends("5-2 * * * *", "beginning of range (5) beyond end of range (2): 5-2")]
    [AllBackends("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax")]
    [AllBackends("*/0 * * * *", "step of range should be a positive number: */0")]
    [AllBackends("@often", "unrecognized descriptor: @often")]
    public async Task An_invalid_schedule_is_refused(string backend, string schedule, string why)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var spec = new JsonObject
        {
            ["schedule"] = schedule,
            ["jobTemplate"] = JsonNode.Parse(
                """{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]}}}}"""
            ),
        };

        WireAnswer refused = await PostAsync(cluster, CronGroup(cluster), "cronjobs", "CronJob", spec.ToJsonString());

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Code);
        Assert.Equal("spec.schedule", (string?)refused.Json["details"]!["causes"]![0]!["field"]);

        // 1.20 reads schedules with an older library, which has other words.
        if (cluster.Minor > 20)
            Assert.Equal(
                $"CronJob.batch \"one\" is invalid: spec.schedule: Invalid value: \"{schedule.Replace("\"", "\\\"", StringComparison.Ordinal)}\": {why}",
                (string?)refused.Json["message"]
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_Ingress_and_a_NetworkPolicy_are_stored_unchanged(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonNode ingress = (
            await PostAsync(
                cluster,
                "networking.k8s.io/v1",
                "ingresses",
                "Ingress",
                """
                {"ingressClassName":"web","tls":[{"hosts":["a.example.com"]}],
                 "rules":[{"host":"a.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}
                """
            )
        ).Must(HttpStatusCode.Created);
        JsonNode policy = (
            await PostAsync(
                cluster,
                "networking.k8s.io/v1",
                "networkpolicies",
                "NetworkPolicy",
                """{"podSelector":{},"egress":[{"ports":[{"port":53}]}]}"""
            )
        ).Must(HttpStatusCode.Created);
        WireAnswer untyped = await PostAsync(
            cluster,
            "networking.k8s.io/v1",
            "ingresses",
            "Ingress",
            """{"rules":[{"http":{"paths":[{"backend":{"service":{"name":"web"}}}]}}]}""",
            "two"
        );
        WireAnswer empty = await PostAsync(cluster, "networking.k8s.io/v1", "ingresses", "Ingress", """{"tls":[]}""", "two");

        Assert.Equal("""{"loadBalancer":{}}""", ingress["status"]!.ToJsonString());
        Assert.Equal(1, (int?)ingress["metadata"]!["generation"]);
        Assert.Equal("""["Ingress","Egress"]""", policy["spec"]!["policyTypes"]!.ToJsonString());
        Assert.Equal("TCP", (string?)policy["spec"]!["egress"]![0]!["ports"]![0]!["protocol"]);
        Assert.EndsWith(
            "\"two\" is invalid: spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified",
            (string?)untyped.Json["message"],
            StringComparison.Ordinal
        );
        Assert.Contains("either `defaultBackend` or `rules` must be specified", (string?)empty.Json["message"], StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_HorizontalPodAutoscaler_is_equal_in_both_API_versions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonNode first = (
            await PostAsync(
                cluster,
                "autoscaling/v1",
                "horizontalpodautoscalers",
                "HorizontalPodAutoscaler",
                """{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":3,"targetCPUUtilizationPercentage":70}"""
            )
        ).Must(HttpStatusCode.Created);
        Assert.Equal(
            (1, 3, 70),
            (
                (int)first["spec"]!["minReplicas"]!,
                (int)first["spec"]!["maxReplicas"]!,
                (int)first["spec"]!["targetCPUUtilizationPercentage"]!
            )
        );

        if (cluster.Minor < 23)
            return;
        string path = $"/apis/autoscaling/v2/namespaces/{cluster.Namespace}/horizontalpodautoscalers/one";
        JsonNode second = await cluster.ReadAsync(path);
        Assert.Equal(70, (int?)second["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]);
        (
            await cluster.MergeAsync(
                "a",
                path.Replace("/v2/", "/v1/", StringComparison.Ordinal),
                """{"spec":{"targetCPUUtilizationPercentage":60}}"""
            )
        ).Must(HttpStatusCode.OK);
        Assert.Equal(60, (int?)(await cluster.ReadAsync(path))["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]);
    }

    [SkippableTheory]
    [AllBackends("networking.k8s.io", 19)]
    [AllBackends("extensions", 14)]
    public async Task An_Ingress_is_equal_in_an_earlier_API_version(string backend, string group, int deprecated)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string version = group + "/v1beta1",
            path = $"/apis/networking.k8s.io/v1/namespaces/{cluster.Namespace}/ingresses/one";
        WireAnswer answer = await PostAsync(
            cluster,
            version,
            "ingresses",
            "Ingress",
            """
            {"backend":{"serviceName":"all","servicePort":"http"},
             "rules":[{"host":"a.example.com","http":{"paths":[{"path":"/","backend":{"serviceName":"web","servicePort":80}},
              {"path":"/b","pathType":"Prefix","backend":{"resource":{"apiGroup":"example.com","kind":"Bucket","name":"b"}}}]}}]}
            """
        );
        if (cluster.Minor > 21)
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.Code);
            return;
        }

        JsonNode made = answer.Must(HttpStatusCode.Created);
        AssertSame(
            """
            {"backend":{"serviceName":"all","servicePort":"http"},
             "rules":[{"host":"a.example.com","http":{"paths":[{"path":"/","pathType":"ImplementationSpecific","backend":{"serviceName":"web","servicePort":80}},
              {"path":"/b","pathType":"Prefix","backend":{"resource":{"apiGroup":"example.com","kind":"Bucket","name":"b"},"servicePort":0}}]}}]}
            """,
            made["spec"]
        );
        AssertSame("""{"loadBalancer":{}}""", made["status"]);
        AssertSame(
            """
            {"defaultBackend":{"service":{"name":"all","port":{"name":"http"}}},
             "rules":[{"host":"a.example.com","http":{"paths":[{"path":"/","pathType":"ImplementationSpecific","backend":{"service":{"name":"web","port":{"number":80}}}},
              {"path":"/b","pathType":"Prefix","backend":{"resource":{"apiGroup":"example.com","kind":"Bucket","name":"b"}}}]}}]}
            """,
            (await cluster.ReadAsync(path))["spec"]
        );
        (
            await cluster.MergeAsync(
                "a",
                $"/apis/{version}/namespaces/{cluster.Namespace}/ingresses/one",
                """{"spec":{"backend":{"servicePort":81}}}"""
            )
        ).Must(HttpStatusCode.OK);
        Assert.Equal(81, (int?)(await cluster.ReadAsync(path))["spec"]!["defaultBackend"]!["service"]!["port"]!["number"]);

        WireAnswer empty = await PostAsync(cluster, version, "ingresses", "Ingress", """{"rules":[]}""", "two"),
            nameless = await PostAsync(cluster, version, "ingresses", "Ingress", """{"backend":{"servicePort":80}}""", "two");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (empty.Code, nameless.Code));
        Assert.Contains("either `backend` or `rules` must be specified", (string?)empty.Json["message"], StringComparison.Ordinal);
        Assert.Contains("spec.backend.serviceName: Required value", (string?)nameless.Json["message"], StringComparison.Ordinal);
        Assert.Equal(
            [$"{version} Ingress is deprecated in v1.{deprecated}+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress"],
            await cluster.WarningsAsync("GET", $"/apis/{version}/namespaces/{cluster.Namespace}/ingresses")
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_HorizontalPodAutoscaler_is_equal_in_an_earlier_API_version(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        const string Target = """
            "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"minReplicas":1,"maxReplicas":3
            """;
        const string Metrics = """
            [{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}},
             {"type":"Pods","pods":{"metricName":"requests","targetAverageValue":"1k","selector":{"matchLabels":{"a":"b"}}}},
             {"type":"Object","object":{"target":{"kind":"Service","name":"web","apiVersion":"v1"},"metricName":"hits","targetValue":"2k"}},
             {"type":"External","external":{"metricName":"queue","metricSelector":{"matchLabels":{"a":"b"}},"targetValue":"30"}},{"type":"Resource","resource":{"name":"cpu","targetAverageUtilization":50}}]
            """;
        const string Behavior = """
            {"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]},
             "scaleDown":{"stabilizationWindowSeconds":60,"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}}
            """;
        WireAnswer answer = await PostAsync(
            cluster,
            "autoscaling/v2beta1",
            "horizontalpodautoscalers",
            "HorizontalPodAutoscaler",
            $"{{{Target},\"metrics\":{Metrics}}}"
        );
        WireAnswer second = await PostAsync(
            cluster,
            "autoscaling/v2beta2",
            "horizontalpodautoscalers",
            "HorizontalPodAutoscaler",
            $$"""{ {{Target}},"behavior":{"scaleDown":{"stabilizationWindowSeconds":60} } }""",
            "two"
        );
        HttpStatusCode removed = second.Code;
        if (cluster.Minor > 25)
        {
            second = await PostAsync(
                cluster,
                "autoscaling/v2",
                "horizontalpodautoscalers",
                "HorizontalPodAutoscaler",
                $$"""{ {{Target}},"behavior":{"scaleDown":{"stabilizationWindowSeconds":60} } }""",
                "two"
            );
            AssertSame(Behavior, second.Must(HttpStatusCode.Created)["spec"]!["behavior"]);
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (answer.Code, removed));
            return;
        }

        JsonNode made = answer.Must(HttpStatusCode.Created),
            other = second.Must(HttpStatusCode.Created);
        string At(string version, string name) =>
            $"/apis/autoscaling/{version}/namespaces/{cluster.Namespace}/horizontalpodautoscalers/{name}";
        AssertSame($"{{{Target},\"metrics\":{Metrics}}}", made["spec"]);
        AssertSame("""{"currentReplicas":0,"desiredReplicas":0,"currentMetrics":null,"conditions":null}""", made["status"]);
        AssertSame(
            """
            [{"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}},
             {"type":"Pods","pods":{"metric":{"name":"requests","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"1k"}}},
             {"type":"Object","object":{"describedObject":{"kind":"Service","name":"web","apiVersion":"v1"},"target":{"type":"Value","value":"2k"},"metric":{"name":"hits"}}},
             {"type":"External","external":{"metric":{"name":"queue","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"Value","value":"30"}}},
             {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]
            """,
            (await cluster.ReadAsync(At("v2beta2", "one")))["spec"]!["metrics"]
        );
        JsonNode first = await cluster.ReadAsync(At("v1", "one"));
        Assert.Equal(50, (int?)first["spec"]!["targetCPUUtilizationPercentage"]);
        var kept = JsonNode.Parse((string)first["metadata"]!["annotations"]!["autoscaling.alpha.kubernetes.io/metrics"]!)!.AsArray();
        Assert.Equal(["1Gi", null, null, null], kept.Select(static one => (string?)one!["resource"]?["targetAverageValue"]));

        AssertSame("""{"currentReplicas":0,"desiredReplicas":0,"currentMetrics":null,"conditions":null}""", other["status"]);
        AssertSame(
            """[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]""",
            other["spec"]!["metrics"]
        );
        AssertSame(Behavior, other["spec"]!["behavior"]);
        Assert.Equal(
            60,
            (int?)
                JsonNode.Parse(
                    (string)
                        (await cluster.ReadAsync(At("v2beta1", "two")))["metadata"]!["annotations"]![
                            "autoscaling.alpha.kubernetes.io/behavior"
                        ]!
                )!["ScaleDown"]!["StabilizationWindowSeconds"]
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task ResourceQuotas_LimitRanges_and_PodTemplates_are_stored(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonNode quota = (await PostAsync(cluster, "v1", "resourcequotas", "ResourceQuota", """{"hard":{"pods":"1000"}}""")).Must(
            HttpStatusCode.Created
        );
        JsonNode limits = (
            await PostAsync(
                cluster,
                "v1",
                "limitranges",
                "LimitRange",
                """{"limits":[{"type":"Container","max":{"cpu":"4"},"min":{"memory":"1Mi"}}]}"""
            )
        ).Must(HttpStatusCode.Created);
        (await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{cluster.Namespace}/limitranges/one")).Must(HttpStatusCode.OK);
        JsonNode template = (
            await cluster.SendAsync(
                "POST",
                $"/api/v1/namespaces/{cluster.Namespace}/podtemplates",
                """{"metadata":{"name":"one"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"a"}]}}}"""
            )
        ).Must(HttpStatusCode.Created);

        Assert.Equal("1k", (string?)quota["spec"]!["hard"]!["pods"]);
        JsonNode limit = limits["spec"]!["limits"]![0]!;
        Assert.Equal(
            ("4", "4", "1Mi"),
            ((string)limit["default"]!["cpu"]!, (string)limit["defaultRequest"]!["cpu"]!, (string)limit["defaultRequest"]!["memory"]!)
        );
        Assert.Equal("Always", (string?)template["template"]!["spec"]!["restartPolicy"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_CertificateSigningRequest_records_its_user_and_can_be_approved(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        const string Path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        string name = "csr-" + cluster.Id;
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        string pem = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=jane",
            key,
            System.Security.Cryptography.HashAlgorithmName.SHA256
        ).CreateSigningRequestPem();
        var request = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["request"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem)),
                ["signerName"] = "example.com/signer",
                ["usages"] = new JsonArray("client auth"),
                ["username"] = "somebody else",
            },
        };
        try
        {
            JsonNode made = (await cluster.SendAsync("POST", Path, request.ToJsonString())).Must(HttpStatusCode.Created);
            Assert.NotEqual("somebody else", (string?)made["spec"]!["username"]);
            Assert.Contains("system:masters", made["spec"]!["groups"]!.AsArray().Select(static group => (string?)group));

            made["status"] = JsonNode.Parse("""{"conditions":[{"type":"Approved","status":"True","reason":"test","message":"by hand"}]}""");
            JsonNode approved = (await cluster.SendAsync("PUT", $"{Path}/{name}/approval", made.ToJsonString())).Must(HttpStatusCode.OK);
            Assert.Equal("Approved", (string?)approved["status"]!["conditions"]![0]!["type"]);
            Assert.Equal("Approved", (string?)(await cluster.ReadAsync($"{Path}/{name}"))["status"]!["conditions"]![0]!["type"]);
        }
        finally
        {
            await cluster.SendAsync("DELETE", $"{Path}/{name}");
        }
    }

    private static void AssertSame(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString());

    private static string CronGroup(TestCluster cluster) => cluster.Minor < 21 ? "batch/v1beta1" : "batch/v1";

    private static Task<WireAnswer> PostAsync(
        TestCluster cluster,
        string apiVersion,
        string plural,
        string kind,
        string spec,
        string name = "one"
    ) =>
        cluster.SendAsync(
            "POST",
            $"/{(apiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api")}/{apiVersion}/namespaces/{cluster.Namespace}/{plural}",
            new JsonObject
            {
                ["apiVersion"] = apiVersion,
                ["kind"] = kind,
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = JsonNode.Parse(spec),
            }.ToJsonString()
        );
}
