SELECT edges.subject AS cause,
       COUNT(*) AS observations,
       COUNT(DISTINCT observations.person) AS people
FROM edges
JOIN observations ON observations.sign = edges.object
WHERE edges.predicate = 'twk:canCause' AND edges.holds
GROUP BY edges.subject
ORDER BY edges.subject
