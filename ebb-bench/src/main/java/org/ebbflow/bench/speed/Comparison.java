package org.ebbflow.bench.speed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ebbflow.EbbException;

/**
 * The same work by several contenders that take turns, and every peer's measurements against every
 * one of Ebb's.
 *
 * <p>A ratio says how many times as fast Ebb is, and is taken within each round: what disturbs the
 * machine for longer than a round disturbs both.
 */
final class Comparison {
  /** What the children print. */
  enum Measure {
    /** Milliseconds a step: the fewer, the better. */
    MS_PER_STEP,
    /** Rows a second: the more, the better. */
    ROWS_PER_SECOND;

    private String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    private double ratio(double peer, double ebb) {
      return this == MS_PER_STEP ? peer / ebb : ebb / peer;
    }
  }

  private final String work;
  private final Measure measure;
  private final List<ChildProcess> peers;
  private final List<ChildProcess> own;
  private final Map<ChildProcess, List<JsonNode>> results = new LinkedHashMap<>();

  Comparison(String work, Measure measure, List<ChildProcess> peers, List<ChildProcess> own) {
    this.work = work;
    this.measure = measure;
    this.peers = peers;
    this.own = own;
  }

  /** How many processes a round takes. */
  int contenders() {
    return peers.size() + own.size();
  }

  /** Each contender once, peers and Ebb alternating; tells of each that is done. */
  void round(Runnable done) {
    for (int i = 0; i < Math.max(peers.size(), own.size()); i++) {
      for (List<ChildProcess> side : List.of(peers, own)) {
        if (i < side.size()) {
          ChildProcess child = side.get(i);
          results.computeIfAbsent(child, each -> new ArrayList<>()).add(child.run());
          done.run();
        }
      }
    }
  }

  /** A row for each pair of a peer and one of Ebb's. */
  List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ChildProcess peer : peers) {
      for (ChildProcess ebb : own) {
        double[] theirs = values(peer);
        double[] ours = values(ebb);
        double[] ratios = new double[theirs.length];
        for (int i = 0; i < ratios.length; i++) {
          ratios[i] = measure.ratio(theirs[i], ours[i]);
        }
        Spread ratio = Spread.of(ratios);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("work", work);
        row.put("measure", measure.key());
        row.put("peer", peer.name());
        row.put("ebb", ebb.name());
        row.put("peer_median", Report.round(Spread.of(theirs).median(), 3));
        row.put("ebb_median", Report.round(Spread.of(ours).median(), 3));
        row.put("ratio", Report.round(ratio.median(), 3));
        row.put("least", Report.round(ratio.least(), 3));
        row.put("most", Report.round(ratio.most(), 3));
        row.put("peer_mb", memory(peer));
        row.put("ebb_mb", memory(ebb));
        row.put("threads", last(ebb).path("threads").asInt());
        row.put("version", last(peer).path("peer").asText());
        rows.add(row);
      }
    }
    return rows;
  }

  private JsonNode last(ChildProcess child) {
    List<JsonNode> all = results.getOrDefault(child, List.of());
    return all.get(all.size() - 1);
  }

  private double memory(ChildProcess child) {
    return last(child).path("peak_rss_mb").asDouble();
  }

  private double[] values(ChildProcess child) {
    return results.getOrDefault(child, List.of()).stream()
        .mapToDouble(
            line -> {
              JsonNode value = line.path(measure.key());
              if (!value.isNumber() || !(value.asDouble() > 0)) {
                throw new EbbException(
                    child.name() + " printed no " + measure.key(), child.remedy());
              }
              return value.asDouble();
            })
        .toArray();
  }
}
