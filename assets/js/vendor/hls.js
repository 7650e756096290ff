// HLS for browsers with Media Source but no FLV path; the light build has all that we serve.
export { default } from 'hls.js/light';
